"""The pages inside the window, one folder a noun; ``app.ui.shell`` lists them and makes each at first use."""
