"""The Complex Care Premium: the claim week, what is at risk, signing the claims, and the evidence for them."""

from app.ui.pages.premium.page import PremiumPage

__all__ = ["PremiumPage"]
