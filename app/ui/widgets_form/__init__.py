"""The engine that draws a questionnaire as a form: see :mod:`app.ui.widgets_form.view`."""
