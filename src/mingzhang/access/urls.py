"""Signing in, and one's own sign-in. The names without `access:` are allauth's own: its code looks them up. What it
has beyond these (signing up, mail, resetting a password by mail) has no address here."""

from django.urls import URLPattern, path

from mingzhang.access.views import own, signing, steps

app_name = "access"
urlpatterns = [
    path("sign-in/again/", signing.start_over, name="start_over"),
    path("me/password/", own.password, name="password"),
    path("me/sign-ins/", own.sign_ins, name="sign_ins"),
    path("me/sign-ins/end-others/", own.end_others, name="end_others"),
    path("me/sign-ins/<int:pk>/end/", own.end_sign_in, name="end_sign_in"),
    path("me/second-step/required/", steps.required, name="second_step_required"),
    path("people/<str:username>/second-step/", own.lost, name="lost"),
]

machinery: list[URLPattern] = [
    path("sign-in/", signing.SignIn.as_view(), name="account_login"),
    path("sign-in/second-step/", signing.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", signing.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/with/<str:provider_id>/", signing.service, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back/", signing.service_callback, name="openid_connect_callback"),
    path("me/second-step/", steps.index, name="mfa_index"),
    path("me/second-step/phone/", steps.AddPhone.as_view(), name="mfa_activate_totp"),
    path("me/second-step/phone/remove/", steps.RemovePhone.as_view(), name="mfa_deactivate_totp"),
    path("me/second-step/codes/", steps.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("me/second-step/codes/new/", steps.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("me/second-step/codes/file/", steps.CodesFile.as_view(), name="mfa_download_recovery_codes"),
    path("me/passkeys/", steps.Passkeys.as_view(), name="mfa_list_webauthn"),
    path("me/passkeys/add/", steps.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("me/passkeys/<int:pk>/name/", steps.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("me/passkeys/<int:pk>/remove/", steps.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("me/confirm/", steps.ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("me/confirm/code/", steps.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("me/confirm/passkey/", steps.ConfirmPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
]
