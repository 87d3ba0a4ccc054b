"""The table itself: for each address, how it is asked and what each kind of person gets.

Columns, in the order of `tests.access.world.PEOPLE`: signed out · administrator · channel manager · manager of another
region · analyst · partner admin · partner member · somebody of another company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Codes = tuple[int, ...]


def codes(text: str) -> Codes:
    """The eight status codes of a row."""
    found = tuple(int(word) for word in text.split())
    assert len(found) == 8, text
    return found


EVERYBODY = codes("200 200 200 200 200 200 200 200")
STAFF = codes("302 200 200 200 200 404 404 404")
STAFF_IN_REGION = codes("302 200 200 404 200 404 404 404")
EDITORS = codes("302 200 200 200 403 404 404 404")
EDITORS_IN_REGION = codes("302 200 200 404 403 404 404 404")
UNLIMITED_EDITORS = codes("302 200 200 403 403 404 404 404")
UNLIMITED = codes("302 200 200 403 200 404 404 404")
EDITORS_EVERYWHERE = codes("302 200 200 404 403 404 404 404")
ONLY_THE_MEMBER = codes("302 404 404 404 404 404 200 404")
ADMINISTRATORS = codes("302 200 403 403 403 404 404 404")
PARTNERS = codes("302 404 404 404 404 200 200 200")
OWN_COMPANY = codes("302 404 404 404 404 200 200 404")
PARTNER_ADMINS = codes("302 404 404 404 404 200 403 200")
OWN_ADMIN = codes("302 404 404 404 404 200 403 404")
OWNER = codes("302 404 404 404 404 200 200 404")
"""What a partner's member earned: they and their company's admins."""
SIGNED_IN = codes("302 200 200 200 200 200 200 200")
API = codes("401 200 200 200 200 403 403 403")
API_ADMINISTRATORS = codes("401 200 403 403 403 403 403 403")
API_IN_REGION = codes("401 200 200 404 200 403 403 403")


def done(row: Codes, status: int) -> Codes:
    """The same people, who get another status than 200 for it: 302 after a form, 201 for something made."""
    return tuple(status if code == 200 else code for code in row)


@dataclass(frozen=True)
class Row:
    """How one address is asked, and what comes of it."""

    path: str
    expected: Codes
    method: str = "get"
    data: Any = None
    """A form's fields; for the API the JSON body."""


MADE_RULE = {"field": "region", "operator": "=", "value": "EMEA"}
A_PARTNER = {"name": "Company P-1", "region": "EMEA"}

# The people of this world have no password, so allauth has nothing to ask them for again: 403 on reauthentication.
ENTRANCE = {
    "": Row("/", done(EVERYBODY, 302)),
    "account/invitation/<str:token>/": Row("/account/invitation/{invitation}/", EVERYBODY),
    "account/login/": Row("/account/login/", codes("200 302 302 302 302 302 302 302")),
    "account/logout/": Row("/account/logout/", codes("302 200 200 200 200 200 200 200")),
    "account/inactive/": Row("/account/inactive/", EVERYBODY),
    "account/signup/": Row("/account/signup/", codes("200 302 302 302 302 302 302 302")),
    "account/reauthenticate/": Row("/account/reauthenticate/", done(SIGNED_IN, 403)),
    "account/email/": Row("/account/email/", SIGNED_IN),
    "account/confirm-email/": Row("/account/confirm-email/", EVERYBODY),
    "account/^confirm-email/(?P<key>[-:\\w]+)/$": Row("/account/confirm-email/unknown/", EVERYBODY),
    "account/password/change/": Row("/account/password/change/", done(SIGNED_IN, 302)),
    "account/password/set/": Row("/account/password/set/", SIGNED_IN),
    "account/password/reset/": Row("/account/password/reset/", EVERYBODY),
    "account/password/reset/done/": Row("/account/password/reset/done/", EVERYBODY),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Row(
        "/account/password/reset/key/1-unknown/", EVERYBODY
    ),
    "account/password/reset/key/done/": Row("/account/password/reset/key/done/", EVERYBODY),
    "account/login/code/confirm/": Row("/account/login/code/confirm/", done(EVERYBODY, 302)),
    "account/2fa/": Row("/account/2fa/", SIGNED_IN),
    "account/2fa/authenticate/": Row("/account/2fa/authenticate/", done(EVERYBODY, 302)),
    "account/2fa/reauthenticate/": Row("/account/2fa/reauthenticate/", done(SIGNED_IN, 403)),
    "account/2fa/totp/activate/": Row("/account/2fa/totp/activate/", SIGNED_IN),
    "account/2fa/totp/deactivate/": Row("/account/2fa/totp/deactivate/", done(SIGNED_IN, 404)),
    "account/2fa/recovery-codes/": Row("/account/2fa/recovery-codes/", done(SIGNED_IN, 404)),
    "account/2fa/recovery-codes/generate/": Row("/account/2fa/recovery-codes/generate/", SIGNED_IN),
    "account/2fa/recovery-codes/download/": Row("/account/2fa/recovery-codes/download/", done(SIGNED_IN, 404)),
    "account/second-factor/": Row("/account/second-factor/", done(EVERYBODY, 302)),
    "account/sessions/": Row("/account/sessions/", SIGNED_IN),
    "account/2fa/webauthn/": Row("/account/2fa/webauthn/", SIGNED_IN),
    "account/2fa/webauthn/add/": Row("/account/2fa/webauthn/add/", SIGNED_IN),
    "account/2fa/webauthn/reauthenticate/": Row("/account/2fa/webauthn/reauthenticate/", done(SIGNED_IN, 403)),
    "account/2fa/webauthn/keys/<int:pk>/remove/": Row("/account/2fa/webauthn/keys/1/remove/", done(SIGNED_IN, 404)),
    "account/2fa/webauthn/keys/<int:pk>/edit/": Row("/account/2fa/webauthn/keys/1/edit/", done(SIGNED_IN, 404)),
    "account/2fa/webauthn/login/": Row("/account/2fa/webauthn/login/", done(EVERYBODY, 302)),
    "account/3rdparty/login/cancelled/": Row("/account/3rdparty/login/cancelled/", EVERYBODY),
    "account/3rdparty/login/error/": Row("/account/3rdparty/login/error/", done(EVERYBODY, 401)),
    "account/3rdparty/signup/": Row("/account/3rdparty/signup/", done(EVERYBODY, 302)),
    "account/3rdparty/": Row("/account/3rdparty/", SIGNED_IN),
    "account/social/login/cancelled/": Row("/account/social/login/cancelled/", done(EVERYBODY, 301)),
    "account/social/login/error/": Row("/account/social/login/error/", done(EVERYBODY, 301)),
    "account/social/signup/": Row("/account/social/signup/", done(EVERYBODY, 301)),
    "account/social/connections/": Row("/account/social/connections/", done(EVERYBODY, 301)),
    "account/oidc/^(?P<provider_id>[^/]+)/login/": Row("/account/oidc/sso/login/", done(EVERYBODY, 404)),
    "account/oidc/^(?P<provider_id>[^/]+)/login/callback/": Row(
        "/account/oidc/sso/login/callback/", done(EVERYBODY, 404)
    ),
    "account/kept/": Row("/account/kept/", done(EVERYBODY, 302)),
    "certificates/": Row("/certificates/", EVERYBODY),
    "certificates/<str:code>/": Row("/certificates/{certificate}/", EVERYBODY),
    "healthz": Row("/healthz", EVERYBODY),
    "readyz": Row("/readyz", EVERYBODY),
    "metrics": Row("/metrics", codes("404 200 404 404 404 404 404 404")),
}

CONSOLE = {
    "console/": Row("/console/", STAFF),
    "console/partners/": Row("/console/partners/", STAFF),
    "console/partners/<str:external_id>/": Row("/console/partners/P-1/", STAFF_IN_REGION),
    "console/partners/<str:external_id>/team/invite/": Row("/console/partners/P-1/team/invite/", EDITORS_IN_REGION),
    "console/partners/<str:external_id>/offers/": Row("/console/partners/P-1/offers/", STAFF_IN_REGION),
    "console/customers/": Row("/console/customers/", STAFF),
    "console/customers/<str:external_id>/": Row("/console/customers/C-1/", STAFF_IN_REGION),
    "console/deals/": Row("/console/deals/", STAFF),
    "console/deals/<str:external_id>/": Row("/console/deals/D-1/", STAFF_IN_REGION),
    "console/partners/<str:external_id>/notes/": Row("/console/partners/P-1/notes/", STAFF_IN_REGION),
    "console/customers/<str:external_id>/notes/": Row("/console/customers/C-1/notes/", STAFF_IN_REGION),
    "console/notes/<int:pk>/delete/": Row(
        "/console/notes/{note}/delete/", codes("302 302 302 404 403 404 404 404"), "post"
    ),
    "console/partners/<str:external_id>/timeline/": Row("/console/partners/P-1/timeline/", STAFF_IN_REGION),
    "console/customers/<str:external_id>/timeline/": Row("/console/customers/C-1/timeline/", STAFF_IN_REGION),
    "console/reveal/<subject:subject>/<str:external_id>/<slug:name>/": Row(
        "/console/reveal/partner/P-1/size_class/", done(ADMINISTRATORS, 404), "post"
    ),
    "console/lists/<subject:subject>/export/": Row("/console/lists/partner/export/", STAFF),
    "console/lists/<subject:subject>/views/": Row(
        "/console/lists/partner/views/", done(STAFF, 302), "post", {"name": "Mine"}
    ),
    "console/lists/views/<int:pk>/delete/": Row(
        "/console/lists/views/{view}/delete/", codes("302 404 302 404 404 404 404 404"), "post"
    ),
    "console/lists/<subject:subject>/change/": Row("/console/lists/partner/change/", EDITORS, "post"),
    "console/lists/changes/<int:pk>/": Row(
        "/console/lists/changes/{change}/", codes("302 200 200 404 403 404 404 404")
    ),
    "console/lists/changes/<int:pk>/progress/": Row(
        "/console/lists/changes/{change}/progress/", codes("302 200 200 404 403 404 404 404")
    ),
    "console/lists/changes/<int:pk>/undo/": Row(
        "/console/lists/changes/{change}/undo/", codes("302 302 302 404 403 404 404 404"), "post"
    ),
    "console/partners/<str:external_id>/edit/": Row("/console/partners/P-1/edit/", EDITORS_IN_REGION),
    "console/customers/<str:external_id>/edit/": Row("/console/customers/C-1/edit/", EDITORS_IN_REGION),
    "console/find/partners/": Row("/console/find/partners/?parent=P", EDITORS),
    "console/find/partners/picked/": Row("/console/find/partners/picked/?partners=P-1", EDITORS),
    "console/new/partner/": Row("/console/new/partner/", EDITORS),
    "console/new/customer/": Row("/console/new/customer/", EDITORS),
    "console/imports/": Row("/console/imports/", EDITORS),
    "console/imports/new/": Row("/console/imports/new/", UNLIMITED_EDITORS),
    "console/imports/<int:pk>/": Row("/console/imports/{upload}/", UNLIMITED_EDITORS),
    "console/imports/<int:pk>/apply/": Row("/console/imports/{upload}/apply/", done(UNLIMITED_EDITORS, 302), "post"),
    "console/imports/<int:pk>/progress/": Row("/console/imports/{upload}/progress/", UNLIMITED_EDITORS),
    "console/imports/<int:pk>/rejects/": Row("/console/imports/{upload}/rejects/", done(UNLIMITED_EDITORS, 404)),
    "console/imports/<int:pk>/correct/": Row(
        "/console/imports/{upload}/correct/", done(UNLIMITED_EDITORS, 400), "post"
    ),
    "console/imports/<int:pk>/mend/": Row("/console/imports/{upload}/mend/", done(UNLIMITED_EDITORS, 400), "post"),
    "console/imports/<int:pk>/undo/": Row("/console/imports/{upload}/undo/", done(UNLIMITED_EDITORS, 302), "post"),
    "console/attributes/": Row("/console/attributes/", ADMINISTRATORS),
    "console/attributes/new/": Row("/console/attributes/new/", ADMINISTRATORS),
    "console/attributes/<int:pk>/": Row("/console/attributes/{attribute}/", ADMINISTRATORS),
    "console/attributes/<int:pk>/archive/": Row(
        "/console/attributes/{attribute}/archive/", done(ADMINISTRATORS, 302), "post"
    ),
    "console/parts/": Row("/console/parts/", STAFF),
    "console/webhooks/": Row("/console/webhooks/", ADMINISTRATORS),
    "console/webhooks/new/": Row("/console/webhooks/new/", ADMINISTRATORS),
    "console/webhooks/<int:pk>/": Row("/console/webhooks/{webhook}/", ADMINISTRATORS),
    "console/webhooks/<int:pk>/edit/": Row("/console/webhooks/{webhook}/edit/", ADMINISTRATORS),
    "console/webhooks/<int:pk>/test/": Row("/console/webhooks/{webhook}/test/", done(ADMINISTRATORS, 302), "post"),
    "console/webhooks/<int:pk>/rotate/": Row("/console/webhooks/{webhook}/rotate/", done(ADMINISTRATORS, 302), "post"),
    "console/webhooks/<int:pk>/switch/": Row("/console/webhooks/{webhook}/switch/", done(ADMINISTRATORS, 302), "post"),
    "console/webhooks/<int:pk>/delete/": Row("/console/webhooks/{webhook}/delete/", done(ADMINISTRATORS, 302), "post"),
    "console/webhooks/<int:pk>/deliveries/<int:delivery_id>/": Row(
        "/console/webhooks/{webhook}/deliveries/{sent}/", ADMINISTRATORS
    ),
    "console/webhooks/<int:pk>/deliveries/<int:delivery_id>/redeliver/": Row(
        "/console/webhooks/{webhook}/deliveries/{sent}/redeliver/", done(ADMINISTRATORS, 302), "post"
    ),
    "console/keys/": Row("/console/keys/", ADMINISTRATORS),
    "console/keys/<str:prefix>/rotate/": Row("/console/keys/nothing/rotate/", done(ADMINISTRATORS, 404), "post"),
    "console/keys/<str:prefix>/revoke/": Row("/console/keys/nothing/revoke/", done(ADMINISTRATORS, 404), "post"),
    "console/schedules/": Row("/console/schedules/", ADMINISTRATORS),
    "console/templates/": Row("/console/templates/", STAFF),
    "console/templates/install/": Row(
        "/console/templates/install/", done(EDITORS, 302), "post", {"industry": "energy"}
    ),
    "console/templates/<slug:slug>/": Row("/console/templates/micro/", STAFF),
    "console/templates/<slug:slug>/counts/": Row("/console/templates/micro/counts/", STAFF),
    "console/templates/<slug:slug>/install/": Row("/console/templates/micro/install/", done(EDITORS, 302), "post"),
    "console/templates/<slug:slug>/start/": Row("/console/templates/micro/start/", done(EDITORS, 302), "post"),
    "console/templates/<slug:slug>/remove/": Row("/console/templates/micro/remove/", done(EDITORS, 302), "post"),
    "console/guide/": Row("/console/guide/", EDITORS),
    "console/guide/new/": Row("/console/guide/new/", EDITORS),
    "console/guide/leave/": Row("/console/guide/leave/", done(EDITORS, 302), "post"),
    "console/guide/<int:pk>/": Row("/console/guide/{guide}/", done(EDITORS, 302)),
    "console/guide/<int:pk>/give-up/": Row("/console/guide/{guide}/give-up/", done(EDITORS, 302), "post"),
    "console/guide/<int:pk>/objective/": Row("/console/guide/{guide}/objective/", EDITORS),
    "console/guide/<int:pk>/data/": Row("/console/guide/{guide}/data/", EDITORS),
    "console/guide/<int:pk>/variables/": Row("/console/guide/{guide}/variables/", EDITORS),
    "console/guide/<int:pk>/groups/": Row("/console/guide/{guide}/groups/", EDITORS),
    "console/guide/<int:pk>/groups/split/": Row("/console/guide/{guide}/groups/split/", done(EDITORS, 302), "post"),
    "console/guide/<int:pk>/groups/template/": Row(
        "/console/guide/{guide}/groups/template/", done(EDITORS, 302), "post"
    ),
    "console/guide/<int:pk>/profiles/": Row("/console/guide/{guide}/profiles/", EDITORS),
    "console/guide/<int:pk>/strategy/": Row("/console/guide/{guide}/strategy/", EDITORS),
    "console/guide/<int:pk>/review/": Row("/console/guide/{guide}/review/", EDITORS),
    "console/guide/<int:pk>/review/note/": Row("/console/guide/{guide}/review/note/", done(EDITORS, 302), "post"),
    "console/guide/<int:pk>/publish/": Row("/console/guide/{guide}/publish/", EDITORS),
    "console/guide/<int:pk>/publish/counts/": Row("/console/guide/{guide}/publish/counts/", EDITORS),
    "console/guide/<int:pk>/date/": Row("/console/guide/{guide}/date/", EDITORS),
    "console/audit/": Row("/console/audit/", ADMINISTRATORS),
    "console/people/": Row("/console/people/", ADMINISTRATORS),
    "console/people/invite/": Row("/console/people/invite/", ADMINISTRATORS),
    "console/people/<int:pk>/": Row("/console/people/{analyst}/", ADMINISTRATORS),
    "console/people/<int:pk>/invite/": Row("/console/people/{invited}/invite/", done(ADMINISTRATORS, 302), "post"),
    "console/segments/": Row("/console/segments/", STAFF),
    "console/segments/new/": Row("/console/segments/new/", EDITORS),
    "console/segments/new/list/": Row("/console/segments/new/list/", EDITORS, "post", {"ids": "P-1"}),
    "console/segments/preview/": Row("/console/segments/preview/", done(STAFF, 400), "post", {}),
    "console/segments/values/": Row("/console/segments/values/?subject=partner&field=tier", STAFF),
    "console/segments/coverage/": Row("/console/segments/coverage/?subject=partner", STAFF),
    "console/segments/<slug:slug>/": Row("/console/segments/gold/", STAFF),
    "console/segments/<slug:slug>/edit/": Row("/console/segments/gold/edit/", EDITORS),
    "console/segments/<slug:slug>/members/": Row("/console/segments/gold/members/", STAFF),
    "console/segments/sets/": Row("/console/segments/sets/", STAFF),
    "console/segments/sets/new/": Row("/console/segments/sets/new/", EDITORS),
    "console/segments/sets/<slug:slug>/": Row("/console/segments/sets/tiers/", STAFF),
    "console/segments/sets/<slug:slug>/edit/": Row("/console/segments/sets/tiers/edit/", EDITORS),
    "console/segments/sets/<slug:slug>/delete/": Row(
        "/console/segments/sets/tiers/delete/", done(EDITORS, 302), "post"
    ),
    "console/segments/overlap/": Row("/console/segments/overlap/", STAFF),
    "console/segments/compare/": Row("/console/segments/compare/?a=gold", STAFF),
    "console/segments/<slug:slug>/members/export/": Row("/console/segments/gold/members/export/", STAFF),
    "console/segments/<slug:slug>/trend/": Row("/console/segments/gold/trend/", STAFF),
    "console/segments/<slug:slug>/versions/": Row("/console/segments/gold/versions/", STAFF),
    "console/segments/<slug:slug>/by-hand/": Row("/console/segments/gold/by-hand/", STAFF),
    "console/segments/<slug:slug>/by-hand/found/": Row("/console/segments/gold/by-hand/found/?who=P", EDITORS),
    "console/segments/<slug:slug>/by-hand/undo/": Row(
        "/console/segments/gold/by-hand/undo/", done(EDITORS, 302), "post", {"at": "2026-01-01T00:00:00+00:00"}
    ),
    "console/segments/<slug:slug>/by-hand/<str:external_id>/remove/": Row(
        "/console/segments/gold/by-hand/P-1/remove/", done(EDITORS_IN_REGION, 302), "post"
    ),
    "console/lists/<slug:subject>/gather/": Row("/console/lists/partner/gather/", EDITORS, "post"),
    "console/segments/<slug:slug>/overlap/": Row("/console/segments/gold/overlap/", STAFF),
    "console/segments/<slug:slug>/profile/": Row("/console/segments/gold/profile/", EDITORS),
    "console/segments/<slug:slug>/comments/": Row(
        "/console/segments/gold/comments/", done(STAFF, 302), "post", {"text": "Good"}
    ),
    "console/segments/<slug:slug>/review/": Row("/console/segments/gold/review/", done(EDITORS, 302), "post"),
    "console/segments/<slug:slug>/programs/": Row("/console/segments/gold/programs/", STAFF),
    "console/segments/<slug:slug>/effects/": Row("/console/segments/gold/effects/", EDITORS),
    "console/segments/<slug:slug>/why/": Row(
        "/console/segments/gold/why/?who=P-1", codes("302 302 302 302 302 404 404 404")
    ),
    "console/segments/<slug:slug>/changes/": Row("/console/segments/gold/changes/", STAFF),
    "console/segments/<slug:slug>/run/": Row("/console/segments/gold/run/", STAFF),
    "console/segments/<slug:slug>/recompute/": Row("/console/segments/gold/recompute/", done(EDITORS, 302), "post"),
    "console/segments/<slug:slug>/publish/": Row("/console/segments/gold/publish/", EDITORS),
    "console/segments/<slug:slug>/archive/": Row("/console/segments/gold/archive/", done(EDITORS, 302), "post"),
    "console/segments/<slug:slug>/restore/<int:number>/": Row(
        "/console/segments/gold/restore/1/", done(EDITORS, 302), "post"
    ),
    "console/segments/<slug:slug>/why/<str:external_id>/": Row("/console/segments/gold/why/P-1/", STAFF_IN_REGION),
    "console/recomputes/": Row("/console/recomputes/", STAFF),
    "console/recomputes/<int:pk>/": Row("/console/recomputes/{run}/", STAFF),
    "console/partners/<str:external_id>/segments/": Row("/console/partners/P-1/segments/", STAFF_IN_REGION),
    "console/customers/<str:external_id>/segments/": Row("/console/customers/C-1/segments/", STAFF_IN_REGION),
    "console/programs/<slug:slug>/accounts/": Row("/console/programs/bonus/accounts/", STAFF),
    "console/programs/<slug:slug>/accounts/statement.csv": Row("/console/programs/bonus/accounts/statement.csv", STAFF),
    "console/registrations/": Row("/console/registrations/", STAFF),
    "console/registrations/<int:pk>/": Row("/console/registrations/{registration}/", STAFF_IN_REGION),
    "console/registrations/<int:pk>/decide/": Row(
        "/console/registrations/{registration}/decide/", done(EDITORS_IN_REGION, 302), "post"
    ),
    "console/insights/": Row("/console/insights/", STAFF),
    "console/insights/measure/": Row("/console/insights/measure/", done(EDITORS, 302), "post"),
    "console/insights/health/": Row("/console/insights/health/", STAFF),
    "console/insights/mistakes/": Row("/console/insights/mistakes/", STAFF),
    "console/insights/segments/<slug:slug>/health/": Row("/console/insights/segments/gold/health/", STAFF),
    "console/insights/coverage/": Row("/console/insights/coverage/", STAFF),
    "console/insights/coverage/matrix/": Row("/console/insights/coverage/matrix/", STAFF),
    "console/insights/stages/": Row("/console/insights/stages/", STAFF),
    "console/insights/resources/": Row("/console/insights/resources/", STAFF),
    "console/insights/groupings/": Row("/console/insights/groupings/", UNLIMITED),
    "console/insights/groupings/<int:pk>/": Row("/console/insights/groupings/1/", done(UNLIMITED, 404)),
    "console/insights/groupings/<int:pk>/<int:number>/": Row(
        "/console/insights/groupings/1/0/", done(UNLIMITED_EDITORS, 404), "post"
    ),
    "console/insights/predictions/": Row("/console/insights/predictions/", STAFF),
    "console/insights/predictions/<slug:kind>/": Row("/console/insights/predictions/churn/", done(STAFF, 404)),
    "console/insights/predictions/<slug:kind>/learn/": Row(
        "/console/insights/predictions/churn/learn/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/insights/recruiting/": Row("/console/insights/recruiting/", STAFF),
    "console/insights/recruiting/again/": Row(
        "/console/insights/recruiting/again/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/insights/recruiting/segment/": Row("/console/insights/recruiting/segment/", done(EDITORS, 302), "post"),
    "console/insights/voice/": Row("/console/insights/voice/", STAFF),
    "console/insights/sets/<slug:slug>/": Row("/console/insights/sets/tiers/", STAFF),
    "console/insights/segments/<slug:slug>/": Row("/console/insights/segments/gold/", STAFF),
    "console/insights/segments/<slug:slug>/months/<str:month>/": Row(
        "/console/insights/segments/gold/months/{month}/", STAFF
    ),
    "console/funds/": Row("/console/funds/", STAFF),
    "console/funds/<int:pk>/": Row("/console/funds/{fund}/", STAFF_IN_REGION),
    "console/funds/<int:pk>/decide/": Row("/console/funds/{fund}/decide/", done(EDITORS_IN_REGION, 302), "post"),
    "console/claims/": Row("/console/claims/", STAFF),
    "console/claims/<int:pk>/": Row("/console/claims/{claim}/", STAFF_IN_REGION),
    "console/claims/<int:pk>/proof/": Row("/console/claims/{claim}/proof/", STAFF_IN_REGION),
    "console/claims/<int:pk>/decide/": Row("/console/claims/{claim}/decide/", done(EDITORS_IN_REGION, 302), "post"),
    "console/partners/<str:external_id>/portal/": Row("/console/partners/P-1/portal/?on=2026-02-01", STAFF_IN_REGION),
    "console/partners/<str:external_id>/statement.csv": Row("/console/partners/P-1/statement.csv", STAFF_IN_REGION),
    "console/programs/": Row("/console/programs/", STAFF),
    "console/programs/new/": Row("/console/programs/new/", EDITORS),
    "console/programs/new/lesson/": Row("/console/programs/new/lesson/", EDITORS),
    "console/programs/new/<str:kind>/": Row("/console/programs/new/content/", EDITORS),
    "console/programs/new/<str:kind>/effect/": Row("/console/programs/new/content/effect/", EDITORS, "post"),
    "console/programs/<slug:slug>/": Row("/console/programs/page/", STAFF),
    "console/programs/<slug:slug>/edit/": Row("/console/programs/page/edit/", EDITORS),
    "console/programs/<slug:slug>/effect/<str:kind>/": Row("/console/programs/page/effect/content/", EDITORS, "post"),
    "console/programs/<slug:slug>/activate/": Row("/console/programs/idle/activate/", done(EDITORS, 302), "post"),
    "console/programs/<slug:slug>/archive/": Row("/console/programs/page/archive/", done(EDITORS, 302), "post"),
    "console/messages/": Row("/console/messages/", STAFF),
    "console/messages/new/": Row("/console/messages/new/", EDITORS),
    "console/messages/preview/": Row("/console/messages/preview/", EDITORS, "post", {"subject": "A", "body": "B"}),
    "console/messages/<int:pk>/": Row("/console/messages/{message}/", STAFF),
    "console/messages/<int:pk>/edit/": Row("/console/messages/{message}/edit/", EDITORS_EVERYWHERE),
    "console/messages/<int:pk>/send/": Row("/console/messages/{message}/send/", done(EDITORS_EVERYWHERE, 302), "post"),
    "console/messages/<int:pk>/unsend/": Row(
        "/console/messages/{message}/unsend/", done(EDITORS_EVERYWHERE, 302), "post"
    ),
    "console/messages/<int:pk>/delete/": Row(
        "/console/messages/{message}/delete/", done(EDITORS_EVERYWHERE, 302), "post"
    ),
    "console/journeys/": Row("/console/journeys/", STAFF),
    "console/journeys/new/": Row("/console/journeys/new/", UNLIMITED_EDITORS),
    "console/journeys/<slug:slug>/": Row("/console/journeys/welcome/", STAFF),
    "console/journeys/<slug:slug>/edit/": Row("/console/journeys/welcome/edit/", UNLIMITED_EDITORS),
    "console/journeys/<slug:slug>/rehearsal/": Row("/console/journeys/welcome/rehearsal/", STAFF),
    "console/journeys/<slug:slug>/start/": Row(
        "/console/journeys/welcome/start/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/journeys/<slug:slug>/pause/": Row(
        "/console/journeys/welcome/pause/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/journeys/<slug:slug>/archive/": Row(
        "/console/journeys/welcome/archive/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/journeys/<slug:slug>/steps/new/<str:action>/": Row(
        "/console/journeys/welcome/steps/new/task/", UNLIMITED_EDITORS
    ),
    "console/journeys/<slug:slug>/steps/<int:pk>/": Row("/console/journeys/welcome/steps/{step}/", UNLIMITED_EDITORS),
    "console/journeys/<slug:slug>/steps/<int:pk>/remove/": Row(
        "/console/journeys/welcome/steps/{step}/remove/", done(UNLIMITED_EDITORS, 302), "post"
    ),
    "console/plans/": Row("/console/plans/", STAFF),
    "console/plans/<int:pk>/": Row("/console/plans/{plan}/", STAFF_IN_REGION),
    "console/plans/<int:pk>/edit/": Row("/console/plans/{plan}/edit/", EDITORS_IN_REGION),
    "console/plans/<int:pk>/goals/new/": Row("/console/plans/{plan}/goals/new/", EDITORS_IN_REGION),
    "console/plans/<int:pk>/goals/<int:goal>/": Row("/console/plans/{plan}/goals/{goal}/", EDITORS_IN_REGION),
    "console/plans/<int:pk>/goals/<int:goal>/progress/": Row(
        "/console/plans/{plan}/goals/{goal}/progress/", done(EDITORS_IN_REGION, 302), "post", {"progress": "Half"}
    ),
    "console/plans/<int:pk>/comment/": Row(
        "/console/plans/{plan}/comment/", done(EDITORS_IN_REGION, 302), "post", {"text": "Hello"}
    ),
    "console/plans/<int:pk>/review/": Row(
        "/console/plans/{plan}/review/", done(EDITORS_IN_REGION, 302), "post", {"held_on": "2026-01-01", "text": "Good"}
    ),
    "console/plans/<int:pk>/agree/": Row("/console/plans/{plan}/agree/", done(EDITORS_IN_REGION, 302), "post"),
    "console/plans/<int:pk>/close/": Row("/console/plans/{plan}/close/", done(EDITORS_IN_REGION, 302), "post"),
    "console/partners/<str:external_id>/plans/": Row("/console/partners/P-1/plans/", STAFF_IN_REGION),
    "console/partners/<str:external_id>/plans/new/": Row("/console/partners/P-1/plans/new/", EDITORS_IN_REGION),
    "console/tasks/": Row("/console/tasks/", STAFF),
    "console/tasks/<int:pk>/done/": Row("/console/tasks/{task}/done/", done(EDITORS_IN_REGION, 302), "post"),
    "console/disputes/": Row("/console/disputes/", STAFF),
    "console/disputes/<int:pk>/": Row("/console/disputes/{dispute}/", EDITORS_IN_REGION),
    "console/feedback/": Row("/console/feedback/", STAFF),
    "console/programs/<slug:slug>/delete/": Row("/console/programs/idle/delete/", done(EDITORS, 302), "post"),
    "console/programs/<slug:slug>/lessons/": Row("/console/programs/course/lessons/", STAFF),
    "console/programs/<slug:slug>/lessons/new/<str:kind>/": Row("/console/programs/course/lessons/new/quiz/", EDITORS),
    "console/programs/<slug:slug>/lessons/<str:key>/": Row("/console/programs/course/lessons/1/", EDITORS),
    "console/programs/<slug:slug>/lessons/<str:key>/move/": Row(
        "/console/programs/course/lessons/1/move/", done(EDITORS, 302), "post"
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/delete/": Row(
        "/console/programs/course/lessons/1/delete/", done(EDITORS, 302), "post"
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/preview/": Row(
        "/console/programs/course/lessons/1/preview/", STAFF
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/questions/new/<str:type>/": Row(
        "/console/programs/course/lessons/1/questions/new/text/", done(EDITORS, 404)
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/": Row(
        "/console/programs/course/lessons/1/questions/q/", done(EDITORS, 404)
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/move/": Row(
        "/console/programs/course/lessons/1/questions/q/move/", done(EDITORS, 404), "post"
    ),
    "console/programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/delete/": Row(
        "/console/programs/course/lessons/1/questions/q/delete/", done(EDITORS, 404), "post"
    ),
    "console/programs/<slug:slug>/content/": Row("/console/programs/page/content/", STAFF),
    "console/programs/<slug:slug>/versions/<int:number>/approve/": Row(
        "/console/programs/page/versions/1/approve/", done(EDITORS, 302), "post"
    ),
    "console/deals/<str:external_id>/earnings/": Row("/console/deals/D-1/earnings/", STAFF_IN_REGION),
    "console/customers/<str:external_id>/plays/": Row("/console/customers/C-1/plays/", STAFF_IN_REGION),
    "console/programs/<slug:slug>/results/": Row("/console/programs/course/results/", STAFF),
    "console/programs/<slug:slug>/results/<int:pk>/attempt/": Row(
        "/console/programs/course/results/1/attempt/", done(EDITORS, 404), "post"
    ),
}

PORTAL = {
    "portal/": Row("/portal/", PARTNERS),
    "portal/resources/": Row("/portal/resources/", PARTNERS),
    "portal/training/": Row("/portal/training/", PARTNERS),
    "portal/incentives/": Row("/portal/incentives/", PARTNERS),
    "portal/deals/": Row("/portal/deals/", PARTNERS),
    "portal/deals/register/": Row("/portal/deals/register/", PARTNERS),
    "portal/deals/<int:pk>/": Row("/portal/deals/{deal}/", OWN_COMPANY),
    "portal/registrations/<int:pk>/": Row("/portal/registrations/{registration}/", OWN_COMPANY),
    "portal/claims/": Row("/portal/claims/", PARTNERS),
    "portal/claims/statement.csv": Row("/portal/claims/statement.csv", PARTNERS),
    "portal/claims/new/<slug:slug>/": Row("/portal/claims/new/bonus/", OWN_COMPANY),
    "portal/claims/<int:pk>/": Row("/portal/claims/{claim}/", OWN_COMPANY),
    "portal/claims/<int:pk>/proof/": Row("/portal/claims/{claim}/proof/", OWN_COMPANY),
    "portal/funds/<slug:slug>/ask/": Row("/portal/funds/fund/ask/", OWN_COMPANY),
    "portal/funds/<int:pk>/": Row("/portal/funds/{fund}/", OWN_COMPANY),
    "portal/funds/<int:pk>/withdraw/": Row("/portal/funds/{fund}/withdraw/", done(OWN_COMPANY, 302), "post"),
    "portal/segments/gap/": Row("/portal/segments/gap/", PARTNERS),
    "portal/segments/": Row("/portal/segments/", PARTNERS),
    "portal/offers/<int:pk>/": Row("/portal/offers/{offer}/", OWN_COMPANY),
    "portal/offers/<int:pk>/file/": Row("/portal/offers/{file}/file/", OWN_COMPANY),
    "portal/offers/<int:pk>/start/": Row("/portal/offers/{course}/start/", done(OWN_COMPANY, 302), "post"),
    "portal/offers/<int:pk>/renew/": Row("/portal/offers/{course}/renew/", done(OWN_COMPANY, 302), "post"),
    "portal/offers/<int:pk>/lessons/<int:number>/": Row("/portal/offers/{course}/lessons/1/", done(OWN_COMPANY, 302)),
    "portal/offers/<int:pk>/resume/": Row("/portal/offers/{course}/resume/", done(OWN_COMPANY, 302)),
    "portal/offers/<int:pk>/lessons/<int:number>/file/": Row(
        "/portal/offers/{course}/lessons/1/file/", done(OWN_COMPANY, 404)
    ),
    "portal/offers/<int:pk>/lessons/<int:number>/quiz/": Row(
        "/portal/offers/{course}/lessons/1/quiz/", done(OWN_COMPANY, 302), "post"
    ),
    "portal/offers/<int:pk>/items/<int:item>/": Row("/portal/offers/{kit}/items/{item}/", OWN_COMPANY),
    "portal/offers/<int:pk>/items/<int:item>/file/": Row("/portal/offers/{kit}/items/{item}/file/", OWN_COMPANY),
    "portal/deals/<int:pk>/plays/": Row("/portal/deals/{deal}/plays/", OWN_COMPANY),
    "portal/deals/<int:pk>/earnings/": Row("/portal/deals/{deal}/earnings/", OWN_COMPANY),
    "portal/customers/": Row("/portal/customers/", PARTNERS),
    "portal/customers/<str:external_id>/needs/": Row("/portal/customers/C-1/needs/", OWN_COMPANY),
    "portal/customers/<str:external_id>/": Row("/portal/customers/C-1/", OWN_COMPANY),
    "portal/customers/<str:external_id>/plays/<slug:slug>/": Row("/portal/customers/C-1/plays/play/", OWN_COMPANY),
    "portal/customers/<str:external_id>/plays/<slug:slug>/file/": Row(
        "/portal/customers/C-1/plays/play/file/", OWN_COMPANY
    ),
    "portal/customers/<str:external_id>/plays/<slug:slug>/items/<int:item>/": Row(
        "/portal/customers/C-1/plays/play/items/{play_item}/", OWN_COMPANY
    ),
    "portal/customers/<str:external_id>/plays/<slug:slug>/items/<int:item>/file/": Row(
        "/portal/customers/C-1/plays/play/items/{play_item}/file/", OWN_COMPANY
    ),
    "portal/training/transcript/": Row("/portal/training/transcript/", PARTNERS),
    "portal/certificates/<str:code>.<str:form>": Row("/portal/certificates/{certificate}.png", OWNER),
    "portal/offers/<int:pk>/feedback/": Row("/portal/offers/{offer}/feedback/", OWN_COMPANY),
    "portal/segments/<slug:slug>/feedback/": Row("/portal/segments/gold/feedback/", PARTNERS),
    "portal/notifications/": Row("/portal/notifications/", PARTNERS),
    "portal/notifications/seen/": Row("/portal/notifications/seen/", done(PARTNERS, 302), "post"),
    "portal/notifications/<int:pk>/": Row("/portal/notifications/{delivery}/", ONLY_THE_MEMBER),
    "portal/notifications/<int:pk>/follow/": Row(
        "/portal/notifications/{delivery}/follow/", done(ONLY_THE_MEMBER, 302), "post"
    ),
    "portal/preferences/": Row("/portal/preferences/", PARTNERS),
    "portal/team/": Row("/portal/team/", PARTNERS),
    "portal/team/<int:pk>/remove/": Row(
        "/portal/team/{member}/remove/", codes("302 404 404 404 404 302 403 404"), "post"
    ),
    "portal/plans/": Row("/portal/plans/", PARTNERS),
    "portal/plans/new/": Row("/portal/plans/new/", PARTNER_ADMINS),
    "portal/plans/<int:pk>/": Row("/portal/plans/{plan}/", OWN_COMPANY),
    "portal/plans/<int:pk>/edit/": Row("/portal/plans/{plan}/edit/", OWN_ADMIN),
    "portal/plans/<int:pk>/goals/new/": Row("/portal/plans/{plan}/goals/new/", OWN_ADMIN),
    "portal/plans/<int:pk>/goals/<int:goal>/": Row("/portal/plans/{plan}/goals/{goal}/", OWN_ADMIN),
    "portal/plans/<int:pk>/goals/<int:goal>/progress/": Row(
        "/portal/plans/{plan}/goals/{goal}/progress/", done(OWN_ADMIN, 302), "post", {"progress": "Half"}
    ),
    "portal/plans/<int:pk>/comment/": Row(
        "/portal/plans/{plan}/comment/", done(OWN_COMPANY, 302), "post", {"text": "Hello"}
    ),
    "portal/plans/<int:pk>/review/": Row(
        "/portal/plans/{plan}/review/", done(OWN_ADMIN, 302), "post", {"held_on": "2026-01-01", "text": "Good"}
    ),
    "portal/plans/<int:pk>/agree/": Row("/portal/plans/{plan}/agree/", done(OWN_ADMIN, 302), "post"),
    "portal/company/": Row("/portal/company/", PARTNERS),
    "portal/company/<slug:field>/dispute/": Row("/portal/company/tier/dispute/", PARTNERS),
    "portal/offers/<int:pk>/complete/": Row("/portal/offers/{course}/complete/", done(OWN_COMPANY, 302), "post"),
}

MAIL = {
    "mail/<uuid:token>/": Row("/mail/{token}/", done(EVERYBODY, 302)),
    "mail/<uuid:token>/unsubscribe/": Row("/mail/{token}/unsubscribe/", EVERYBODY),
}

REST = {
    "api/v1/": Row("/api/v1/", API),
    "api/v1/partners/": Row("/api/v1/partners/", API),
    "api/v1/partners/bulk/": Row(
        "/api/v1/partners/bulk/",
        codes("401 200 200 403 403 403 403 403"),
        "post",
        [{"external_id": "P-7", "name": "Seven"}],
    ),
    "api/v1/partners/<str:external_id>/": Row("/api/v1/partners/P-1/", API_IN_REGION),
    "api/v1/partners/<str:external_id>/segments/": Row("/api/v1/partners/P-1/segments/", API_IN_REGION),
    "api/v1/partners/<str:external_id>/offers/": Row("/api/v1/partners/P-1/offers/", API_IN_REGION),
    "api/v1/customers/": Row("/api/v1/customers/", API),
    "api/v1/customers/bulk/": Row(
        "/api/v1/customers/bulk/",
        codes("401 200 200 403 403 403 403 403"),
        "post",
        [{"external_id": "C-7", "name": "Seven"}],
    ),
    "api/v1/customers/<str:external_id>/": Row("/api/v1/customers/C-1/", API_IN_REGION),
    "api/v1/customers/<str:external_id>/segments/": Row("/api/v1/customers/C-1/segments/", API_IN_REGION),
    "api/v1/deals/": Row("/api/v1/deals/", API),
    "api/v1/deals/bulk/": Row(
        "/api/v1/deals/bulk/",
        codes("401 200 200 403 403 403 403 403"),
        "post",
        [{"external_id": "D-7", "partner": "P-1"}],
    ),
    "api/v1/deals/<str:external_id>/": Row("/api/v1/deals/D-1/", API_IN_REGION),
    "api/v1/fields/": Row("/api/v1/fields/?subject=partner", API),
    "api/v1/fields/<str:name>/": Row("/api/v1/fields/size_class/?subject=partner", API),
    "api/v1/segments/": Row("/api/v1/segments/", API),
    "api/v1/segments/preview/": Row(
        "/api/v1/segments/preview/", API, "post", {"subject": "partner", "rule": MADE_RULE}
    ),
    "api/v1/segments/<slug:slug>/": Row("/api/v1/segments/gold/", API),
    "api/v1/segments/<slug:slug>/publish/": Row(
        "/api/v1/segments/gold/publish/", codes("401 200 200 200 403 403 403 403"), "post", {"confirm": True}
    ),
    "api/v1/segments/<slug:slug>/archive/": Row(
        "/api/v1/segments/gold/archive/", codes("401 200 200 200 403 403 403 403"), "post", {}
    ),
    "api/v1/segments/<slug:slug>/versions/": Row("/api/v1/segments/gold/versions/", API),
    "api/v1/segments/<slug:slug>/members/": Row("/api/v1/segments/gold/members/", API),
    "api/v1/segments/<slug:slug>/members/<str:external_id>/": Row("/api/v1/segments/gold/members/P-1/", API_IN_REGION),
    "api/v1/segments/<slug:slug>/changes/": Row("/api/v1/segments/gold/changes/", API),
    "api/v1/segments/<slug:slug>/overrides/": Row(
        "/api/v1/segments/gold/overrides/",
        codes("401 201 201 400 403 403 403 403"),
        "post",
        {"external_id": "P-1", "kind": "include", "reason": "A strategic account"},
    ),
    "api/v1/segments/<slug:slug>/overrides/<str:external_id>/": Row(
        "/api/v1/segments/gold/overrides/unknown/", codes("401 404 404 404 403 403 403 403"), "delete"
    ),
    "api/v1/segment-sets/": Row("/api/v1/segment-sets/", API),
    "api/v1/segment-sets/<slug:slug>/": Row("/api/v1/segment-sets/unknown/", codes("401 404 404 404 404 403 403 403")),
    "api/v1/changes/": Row("/api/v1/changes/", API),
    "api/v1/webhooks/": Row("/api/v1/webhooks/", API_ADMINISTRATORS),
    "api/v1/webhooks/<int:webhook_id>/": Row("/api/v1/webhooks/{webhook}/", API_ADMINISTRATORS),
    "api/v1/webhooks/<int:webhook_id>/rotate/": Row(
        "/api/v1/webhooks/{webhook}/rotate/", API_ADMINISTRATORS, "post", {"overlap_hours": 1}
    ),
    "api/v1/webhooks/<int:webhook_id>/test/": Row(
        "/api/v1/webhooks/{webhook}/test/", done(API_ADMINISTRATORS, 202), "post", {}
    ),
    "api/v1/webhooks/<int:webhook_id>/deliveries/": Row("/api/v1/webhooks/{webhook}/deliveries/", API_ADMINISTRATORS),
    "api/v1/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/": Row(
        "/api/v1/webhooks/{webhook}/deliveries/{sent}/", API_ADMINISTRATORS
    ),
    "api/v1/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/redeliver/": Row(
        "/api/v1/webhooks/{webhook}/deliveries/{sent}/redeliver/", done(API_ADMINISTRATORS, 202), "post", {}
    ),
    "api/v1/recomputes/": Row("/api/v1/recomputes/", API),
    "api/v1/recomputes/<int:run_id>/": Row("/api/v1/recomputes/{run}/", API),
    "api/v1/claims/": Row("/api/v1/claims/", API),
    "api/v1/claims/<int:claim_id>/": Row("/api/v1/claims/{claim}/", API_IN_REGION),
    "api/v1/fund-requests/": Row("/api/v1/fund-requests/", API),
    "api/v1/ledger/": Row("/api/v1/ledger/", API),
    "api/v1/programs/": Row("/api/v1/programs/", API),
    "api/v1/programs/<slug:slug>/": Row("/api/v1/programs/page/", API),
    "api/v1/content/": Row("/api/v1/content/", API),
    "api/v1/content/<slug:slug>/": Row("/api/v1/content/page/", API),
    "api/v1/courses/": Row("/api/v1/courses/", API),
    "api/v1/courses/<slug:slug>/": Row("/api/v1/courses/course/", API),
    "api/v1/incentives/": Row("/api/v1/incentives/", API),
    "api/v1/incentives/<slug:slug>/": Row("/api/v1/incentives/unknown/", codes("401 404 404 404 404 403 403 403")),
    "api/v1/schema/": Row("/api/v1/schema/", EVERYBODY),
    "api/v1/docs/": Row("/api/v1/docs/", EVERYBODY),
    "api/v1/^.*$": Row("/api/v1/nothing/", done(EVERYBODY, 404)),
}

ROWS: dict[str, Row] = {**ENTRANCE, **CONSOLE, **PORTAL, **MAIL, **REST}
