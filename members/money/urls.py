"""Addresses of money."""

from django.urls import path

from . import views, views_accounts, views_invoices

urlpatterns = [
    path("money/", views.money, name="money"),
    path("money/fees/", views.fees, name="fees"),
    path("money/bank/", views.bank, name="bank"),
    path("money/bank/<uuid:name>/", views.bank_line, name="bank_line"),
    path("money/renewals/", views.renewals, name="renewals"),
    path("money/year/", views.year, name="money_year"),
    path("money/ledger.<str:kind>", views.ledger, name="ledger"),
    path("money/invoices/", views_invoices.invoice_list, name="invoice_list"),
    path("money/invoices/<str:ref>/", views_invoices.invoice, name="invoice"),
    path("money/invoices/<str:ref>/change/", views_invoices.invoice_change, name="invoice_change"),
    path(
        "money/invoices/<str:ref>/invoice.pdf",
        views_invoices.invoice_document,
        name="invoice_document",
    ),
    path(
        "money/invoices/<str:ref>/<str:note>.pdf",
        views_invoices.credit_document,
        name="credit_document",
    ),
    path("money/payments/", views_invoices.payment_list, name="payment_list"),
    path("money/payments/<str:ref>/", views_invoices.payment, name="payment"),
    path("money/payments/<str:ref>/change/", views_invoices.payment_change, name="payment_change"),
    path("members/<slug:slug>/account/", views_accounts.account, name="account"),
    path(
        "members/<slug:slug>/account/account.pdf",
        views_accounts.account_document,
        name="account_document",
    ),
    path(
        "members/<slug:slug>/subscription/",
        views_accounts.subscription_new,
        name="subscription_new",
    ),
    path("members/<slug:slug>/invoice/", views_accounts.invoice_new, name="invoice_new"),
    path("members/<slug:slug>/payment/", views_accounts.payment_new, name="payment_new"),
    path("members/<slug:slug>/hold/", views_accounts.hold, name="lapse_hold"),
]
