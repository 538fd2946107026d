"""What every installation shares. Anything that differs comes from the environment."""

import re
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django import forms
from django.core.exceptions import ImproperlyConfigured

from common.planned import PlanningCursor

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("DTAC_DATA_DIR", default=str(BASE_DIR / ".data" / "local")))

# --- What this installation is -------------------------------------------------------------
DTAC_DEMO = False  # only the demo settings switch it on: known password, invented people
DTAC_SCHEME_NAME = env.str("DTAC_SCHEME_NAME", default="Dartford Town Against Crime")
DTAC_CONTACT_EMAIL = env.str("DTAC_CONTACT_EMAIL", default="manager@dtac.example")
DTAC_CONTACT_ADDRESS = env.str("DTAC_CONTACT_ADDRESS", default="")  # by post, on one line
DTAC_BASE_URL = env.str("DTAC_BASE_URL", default="http://127.0.0.1:8000")
# E-mails a minute, of all workers together; 0 = as fast as it goes.
DTAC_BULLETIN_PER_MINUTE = env.int("DTAC_BULLETIN_PER_MINUTE", default=0)
DTAC_PDF_FONTS = env.str("DTAC_PDF_FONTS", default="")  # folder of more fonts for PDFs

# --- Limits on what people send -----------------------------------------------------------
DTAC_PHOTO_MAX_BYTES = env.int("DTAC_PHOTO_MAX_BYTES", default=20 * 1024 * 1024)
DTAC_PHOTO_MAX_PIXELS = env.int("DTAC_PHOTO_MAX_PIXELS", default=50_000_000)
DTAC_PHOTO_MAX_PIXELS_WHOLE = env.int("DTAC_PHOTO_MAX_PIXELS_WHOLE", default=25_000_000)
DTAC_PHOTO_TURN_SECONDS = env.int("DTAC_PHOTO_TURN_SECONDS", default=20)
DTAC_DOCUMENT_MAX_BYTES = env.int("DTAC_DOCUMENT_MAX_BYTES", default=20 * 1024 * 1024)
DTAC_VIDEO_MAX_BYTES = env.int("DTAC_VIDEO_MAX_BYTES", default=200 * 1024 * 1024)
DTAC_FILES_PER_REPORT = 10
# A request that says it is larger is refused before any of it is read. Above the web server's own
# limit it never gets here (deploy/).
DTAC_REQUEST_MAX_BYTES = env.int("DTAC_REQUEST_MAX_BYTES", default=320 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files are counted on their own
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # a long statement, each word of it to be removed
DATA_UPLOAD_MAX_NUMBER_FILES = 60  # the form itself says how many, in words
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # larger files go to a temporary file, not memory
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "common.bodies.ArrivingFileHandler",
]
DTAC_ACCEL_PREFIX = env.str("DTAC_ACCEL_PREFIX", default="")  # nginx's internal name of the store
# A web server that sends stored files reads them as one of the group.
FILE_UPLOAD_PERMISSIONS = 0o640 if DTAC_ACCEL_PREFIX else 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750 if DTAC_ACCEL_PREFIX else 0o700

INSTALLED_APPS = [
    "dtac.apps.DtacConfig",
    "board",
    "imports",
    "records",
    "exclusions",
    "incidents",
    "offenders",
    "members",
    "audit",
    "common",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "bootstrap",
    "csp",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "common.middleware.RequestIdMiddleware",
    "dtac.metrics.MetricsMiddleware",
    "common.middleware.PolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.CompressPagesMiddleware",
    "common.middleware.CleanPathMiddleware",
    "common.middleware.RequestSizeMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.middleware.PrivateByDefaultMiddleware",
    "common.middleware.HtmxSignInMiddleware",
    "common.middleware.KeepPageMiddleware",
    "common.middleware.WrongMethodMiddleware",
    "common.middleware.TooBusyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "common.bodies.WholeBodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.bodies.UploadsWhenSignedInMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.middleware.AccessMiddleware",
    "offenders.middleware.MergedRecordMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dtac.replica.ReplicaMiddleware",
]

ROOT_URLCONF = "dtac.urls"
WSGI_APPLICATION = "dtac.wsgi.application"
CSRF_FAILURE_VIEW = "dtac.pages.errors.csrf_failure"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dtac.navigation.navigation",
            ],
            "builtins": ["common.templatetags.dtac_format", "common.templatetags.parts"],
            "libraries": {"lucide": "common.templatetags.icons"},
        },
    },
    {
        # What a page draws dozens of times, and Django's widgets (common/parts.py).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "parts",
        "DIRS": [BASE_DIR / "common" / "jinja2", Path(forms.__file__).parent / "jinja2"],
        "OPTIONS": {"environment": "common.parts.environment"},
    },
]
FORM_RENDERER = "common.parts.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data ---------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///dtac")}
if env.str("DATABASE_REPLICA_URL", default=""):
    # Asked for the Board's pages only (dtac.replica); never migrated, never written to.
    DATABASES["replica"] = env.db("DATABASE_REPLICA_URL")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["dtac.replica.ReplicaRouter"]
DTAC_PGBOUNCER = env.bool("DTAC_PGBOUNCER", default=False)
for _database in DATABASES.values():
    _database["CONN_MAX_AGE"] = 0 if DTAC_PGBOUNCER else env.int("DB_CONN_MAX_AGE", default=600)
    _database["CONN_HEALTH_CHECKS"] = True
    _database["DISABLE_SERVER_SIDE_CURSORS"] = DTAC_PGBOUNCER
    _database.setdefault("OPTIONS", {})["connect_timeout"] = 5
    if (
        not DTAC_PGBOUNCER
    ):  # which takes none at the start: then the role has it, docs/operations.md
        # How alike a word must be for the indexed search by name (offenders.querysets).
        _database["OPTIONS"]["options"] = "-c pg_trgm.word_similarity_threshold=0.25"
        _database["OPTIONS"]["cursor_factory"] = PlanningCursor
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "common.cache.SoftRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "dtac",
        "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 3},
    }
}
SESSION_ENGINE = "members.signin.store"  # in the database, so it survives a flushed cache
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
# What is said after a form may name people: in the session, never in a cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

MEDIA_ROOT = DATA_DIR / "media"  # never served by address: only through /photos/
MEDIA_URL = ""
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "common.static.SmallStaticFilesStorage"},
}

if env.str("DTAC_S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "common.s3.PrivateStore",
        "OPTIONS": {
            "bucket_name": env.str("DTAC_S3_BUCKET"),
            "endpoint_url": env.str("DTAC_S3_ENDPOINT", default="") or None,
            "region_name": env.str("DTAC_S3_REGION", default="") or None,
            "access_key": env.str("AWS_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default="") or None,
            "default_acl": None,  # the bucket's own: private, and docs/operations.md says so
            "file_overwrite": False,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "max_memory_size": 32 * 1024 * 1024,  # larger ones pass through a temporary file
        },
    }

WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "map", "png", "jpg", "webp", "svgz", "zip", "gz", "br", "woff", "woff2",
)  # fmt: skip
# What packages bring and no page of ours asks for: not worth seconds of compressing.
STATIC_IGNORE = ["*.rtl.*", "bootstrap-*", "bootstrap.css*", "bootstrap/js", "htmax*", "htmx-4*"]

# --- Jobs ---------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "visibility_timeout": 600,
}
# A page never waits for the broker: the queues are rows in PostgreSQL and beat sweeps them.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "dtac.tasks.heartbeat", "schedule": 20.0},
    "health-watch": {"task": "dtac.tasks.health_watch", "schedule": crontab(minute="*/15")},
    "mail": {
        "task": "members.tasks.mail_sweep",
        "schedule": env.float("DTAC_MAIL_SWEEP_SECONDS", default=30.0),
    },
    "subject-photos": {"task": "offenders.tasks.photo_variants_sweep", "schedule": 60.0},
    "report-photos": {
        "task": "incidents.tasks.attachment_variants_sweep",
        "schedule": env.float("DTAC_PHOTO_SWEEP_SECONDS", default=60.0),
    },
    "scanning": {
        "task": "dtac.tasks.scan_sweep",
        "schedule": env.float("DTAC_SCAN_SWEEP_SECONDS", default=60.0),
    },
    "viewing": {"task": "offenders.tasks.viewing_sweep", "schedule": 120.0},
    "matching": {"task": "incidents.tasks.involvement_match_sweep", "schedule": 60.0},
    "bulletins": {
        "task": "offenders.tasks.bulletin_sweep",
        "schedule": env.float("DTAC_BULLETIN_SWEEP_SECONDS", default=30.0),
    },
    # Each quarter of an hour: a week's digest is queued once, and an outage only makes it late.
    "digest": {"task": "dtac.tasks.digest_sweep", "schedule": crontab(minute="*/15")},
    "alerts": {
        "task": "incidents.tasks.alert_push_sweep",
        "schedule": env.float("DTAC_PUSH_SWEEP_SECONDS", default=15.0),
    },
    "alerts-over": {"task": "incidents.tasks.alert_push_purge", "schedule": crontab(minute=40)},
    # Twice a day: each telling goes once, and a morning's outage heals at noon.
    "certification": {
        "task": "members.tasks.certification_remind",
        "schedule": crontab(hour="8,13", minute=5),
    },
    "renewals": {
        "task": "members.tasks.renewals_remind",
        "schedule": crontab(hour="8,13", minute=15),
    },
    "lapses": {"task": "members.tasks.lapse_unpaid", "schedule": crontab(hour="8,13", minute=25)},
    "applications-old": {
        "task": "members.tasks.applications_purge",
        "schedule": crontab(hour=3, minute=25),
    },
    "sessions": {"task": "dtac.tasks.sessions_clear", "schedule": crontab(hour=3, minute=20)},
    "files": {"task": "dtac.tasks.files_sweep", "schedule": crontab(hour=3, minute=50)},
    # By the hour: the scores grow older with the days, and undone reviews heal.
    "standing": {"task": "exclusions.tasks.standing_refresh", "schedule": crontab(minute=10)},
    "evidence-packs": {
        "task": "exclusions.tasks.evidence_pack_sweep",
        "schedule": env.float("DTAC_PACK_SWEEP_SECONDS", default=60.0),
    },
    "evidence-packs-old": {
        "task": "exclusions.tasks.evidence_pack_purge",
        "schedule": crontab(hour=3, minute=35),
    },
    "board": {
        "task": "board.tasks.board_refresh",
        "schedule": env.float("DTAC_BOARD_SWEEP_SECONDS", default=30.0),
    },
    "imports": {
        "task": "imports.tasks.import_sweep",
        "schedule": env.float("DTAC_IMPORT_SWEEP_SECONDS", default=15.0),
    },
    "sessions-old": {
        "task": "members.tasks.sessions_purge",
        "schedule": crontab(hour=3, minute=50),
    },
    "imports-old": {"task": "imports.tasks.import_purge", "schedule": crontab(hour=3, minute=45)},
    # Before the other nightly jobs: what it deletes needs none of them.
    "retention": {"task": "records.tasks.retention_run", "schedule": crontab(hour=2, minute=30)},
    # A night that was missed or broken off is made up for; one that is done is left as it is.
    "retention-again": {
        "task": "records.tasks.retention_run",
        "schedule": crontab(hour="4-23", minute=30),
    },
    "access-packs": {
        "task": "records.tasks.access_pack_sweep",
        "schedule": env.float("DTAC_PACK_SWEEP_SECONDS", default=60.0),
    },
    "access-packs-old": {
        "task": "records.tasks.access_pack_purge",
        "schedule": crontab(hour=3, minute=40),
    },
    "answered-old": {
        "task": "records.tasks.answered_purge",
        "schedule": crontab(hour=3, minute=42),
    },
    "premises-list": {"task": "exclusions.tasks.premises_list_refresh", "schedule": 3600.0},
    "exclusion-expiry": {
        "task": "exclusions.tasks.notice_expiry_record",
        # Each quarter of an hour: cheap, and a night's outage heals itself in the morning.
        "schedule": crontab(minute="*/15"),
    },
}

# --- Mail ---------------------------------------------------------------------------------
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # of each wait for the mail server
# Connections to the mail server at once, where many letters wait and no rate is set.
DTAC_MAIL_LINES = max(1, env.int("DTAC_MAIL_LINES", default=3))
# How long a worker may hold an e-mail before another takes it up; longer than any try can last.
DTAC_MAIL_LEASE_SECONDS = env.int("DTAC_MAIL_LEASE_SECONDS", default=300)
# The wait after a letter's first refusal for now; it doubles each time, up to four hours.
DTAC_MAIL_FIRST_WAIT_SECONDS = env.float("DTAC_MAIL_FIRST_WAIT_SECONDS", default=60.0)
DTAC_DIGEST_DAY = env.int("DTAC_DIGEST_DAY", default=0)  # of the week, 0 is Monday
DTAC_DIGEST_HOUR = env.int("DTAC_DIGEST_HOUR", default=7)  # in London
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="D-TAC <noreply@dtac.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Money --------------------------------------------------------------------------------
DTAC_INVOICE_DAYS = env.int("DTAC_INVOICE_DAYS", default=30)  # until an invoice is due
# How many days after money is due, or a subscription has ended, a member lapses by itself.
DTAC_LAPSE_GRACE_DAYS = env.int("DTAC_LAPSE_GRACE_DAYS", default=60)
DTAC_BANK_DETAILS = env.str("DTAC_BANK_DETAILS", default="")  # how to pay, on each invoice
DTAC_VAT_NUMBER = env.str("DTAC_VAT_NUMBER", default="")

# --- Virus scanner ------------------------------------------------------------------------
# Where ClamAV's daemon listens: "host:port", or the path of its socket. Without it none scans.
DTAC_CLAMD = env.str("DTAC_CLAMD", default="")
if DTAC_CLAMD and not re.fullmatch(r"/.+|.+:\d{1,5}", DTAC_CLAMD):
    raise ImproperlyConfigured("DTAC_CLAMD is host:port, or the path of a socket.")

# --- Retention ----------------------------------------------------------------------------
# A line for each deletion, outside the database: a restored backup deletes again by it. Keep it
# where backups of the database don't put it back, and copy it away on its own.
DTAC_LEDGER = Path(env.str("DTAC_LEDGER", default=str(DATA_DIR / "deleted.jsonl")))

# --- Backups ------------------------------------------------------------------------------
# Public keys (age1...) of those who may open a backup; without one none is made.
DTAC_BACKUP_RECIPIENTS = env.list("DTAC_BACKUP_RECIPIENTS", default=[])
DTAC_BACKUP_DIR = Path(env.str("DTAC_BACKUP_DIR", default=str(DATA_DIR / "backups")))
DTAC_BACKUP_KEEP_DAYS = env.int("DTAC_BACKUP_KEEP_DAYS", default=35)
DTAC_BACKUP_HOURS = env.int("DTAC_BACKUP_HOURS", default=26)  # older than this is late
PG_BINDIR = env.str("PG_BINDIR", default="")  # pg_dump and pg_restore, where not on the PATH
# A night waits for the manager if it would delete more records than this and one in twenty.
DTAC_RETENTION_FEW = env.int("DTAC_RETENTION_FEW", default=5)  # so many may always go
DTAC_RETENTION_MOST = env.int("DTAC_RETENTION_MOST", default=25)

# --- Unusual viewing ----------------------------------------------------------------------
# Who opens more different people than this in so many minutes is shown to the manager.
DTAC_VIEWING_PROFILES = env.int("DTAC_VIEWING_PROFILES", default=40)
DTAC_VIEWING_MINUTES = env.int("DTAC_VIEWING_MINUTES", default=15)
# So is who opens more than this between midnight and five, or in the week before they leave; 0
# turns it off. And who opens somebody with their own surname.
DTAC_VIEWING_NIGHT_PROFILES = env.int("DTAC_VIEWING_NIGHT_PROFILES", default=10)
DTAC_VIEWING_LEAVER_PROFILES = env.int("DTAC_VIEWING_LEAVER_PROFILES", default=20)
DTAC_VIEWING_SURNAMES = env.bool("DTAC_VIEWING_SURNAMES", default=True)

# --- Alerts -------------------------------------------------------------------------------
DTAC_ALERT_MINUTES = env.int("DTAC_ALERT_MINUTES", default=120)  # then it ends by itself
DTAC_ALERT_LIMIT = env.int("DTAC_ALERT_LIMIT", default=5)  # alerts of one business ...
DTAC_ALERT_LIMIT_MINUTES = env.int("DTAC_ALERT_LIMIT_MINUTES", default=15)  # ... in so many minutes
# Web Push is off without a key (`./run manage vapid_key` makes one).
DTAC_VAPID_PRIVATE_KEY = env.str("DTAC_VAPID_PRIVATE_KEY", default="")
DTAC_VAPID_SUBJECT = env.str("DTAC_VAPID_SUBJECT", default=f"mailto:{DTAC_CONTACT_EMAIL}")
# The only hosts that are ever sent to: the browsers' own push services.
DTAC_PUSH_HOSTS = env.list(
    "DTAC_PUSH_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ],
)
# How long a worker may be at telling the browsers before another takes it up.
DTAC_PUSH_LEASE_SECONDS = env.int("DTAC_PUSH_LEASE_SECONDS", default=45)

# --- Sign-in ------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.auth.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "members.signin.passwords.BreachedPasswordValidator"},
    {"NAME": "members.signin.passwords.OwnWordsValidator"},
    {"NAME": "members.auth.NotTheDemoPasswordValidator"},
]
# The e-mail is unique whatever its case, by a constraint on lower(email) that the check can't see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "members.auth.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation only
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
# The library's own limits, and ours of the public form to join.
# How many proxies stand before the servers: limits by address need the sender's, not theirs.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("DTAC_TRUSTED_PROXIES", default=0)
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "apply": "5/h/ip",
    "csp_report": "30/m/ip",
    "invited": "20/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # a shop's tills share an address
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {"login": "members.forms.SignInForm"}

# Roles that must give a second step when they sign in; a superuser must in any case.
DTAC_SECOND_FACTOR_ROLES = env.list("DTAC_SECOND_FACTOR_ROLES", default=["intel", "board", "admin"])
MFA_ADAPTER = "members.signin.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "members.signin.forms.SecondStepForm",
    "authenticate_webauthn": "members.signin.forms.SecondStepPasskeyForm",
}
# Minutes without use after which a session is over, and hours after which it is in any case, by
# role; "shared" is for whoever ticks that the device is shared. A role's own phone stays signed in
# for long, so that reporting is quick.
DTAC_IDLE_MINUTES = {
    "reporter": 3 * 24 * 60, "manager": 24 * 60, "agency": 12 * 60,
    "intel": 120, "board": 120, "admin": 60, "shared": 15,
    **{role: int(n) for role, n in env.dict("DTAC_IDLE_MINUTES", default={}).items()},
}  # fmt: skip
DTAC_SESSION_HOURS = {
    "reporter": 14 * 24, "manager": 7 * 24, "agency": 24,
    "intel": 12, "board": 12, "admin": 12, "shared": 12,
    **{role: int(n) for role, n in env.dict("DTAC_SESSION_HOURS", default={}).items()},
}  # fmt: skip
# How old the last proof of who it is may be before an export, a pack or a change of roles.
DTAC_PROOF_MINUTES = env.int("DTAC_PROOF_MINUTES", default=15)

# --- Words, time --------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# --- Headers ------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "report-uri": ["/csp-report/"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"  # CSRF over https needs the referrer on our own pages
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# --- Being watched ------------------------------------------------------------------------
DTAC_LOG_FORMAT = env.str("DTAC_LOG_FORMAT", default="plain")  # or json
DTAC_METRICS_TOKEN = env.str("DTAC_METRICS_TOKEN", default="")  # without one there is no /metrics/
SENTRY_DSN = env.str("SENTRY_DSN", default="")  # without one no error is reported anywhere

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "common.middleware.RequestIdFilter"}},
    "formatters": {
        "json": {"()": "common.logs.JsonFormatter"},
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": DTAC_LOG_FORMAT,
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # A line for each request, where machines read them; people are spared it.
        "dtac.requests": {"level": "INFO" if DTAC_LOG_FORMAT == "json" else "WARNING"},
    },
}
