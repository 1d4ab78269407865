"""Champions and training: who is trained, what is about to be lost, and what would close the gap."""

from app.ui.pages.training.page import TrainingPage

__all__ = ["TrainingPage"]
