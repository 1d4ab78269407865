"""The premium's money: where every penny is, what arrived, what does not agree, what it bought."""

from app.ui.pages.money.page import MoneyPage

__all__ = ["MoneyPage"]
