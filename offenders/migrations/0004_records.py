"""Records: warnings, vehicles, court facts, associates, merging, Top 10, recognitions, viewing."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import common.db


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_sharing"),
        ("offenders", "0003_sounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgeOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(db_comment="Why it is necessary all the same", max_length=500),
                ),
                (
                    "safeguarding",
                    models.CharField(
                        db_comment="Who was asked about safeguarding, when, and what they said",
                        max_length=500,
                    ),
                ),
                (
                    "review_on",
                    models.DateField(db_comment="Last day it holds; at most three months on"),
                ),
                (
                    "added_at",
                    models.DateTimeField(auto_now_add=True, db_comment="When it was decided"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, db_comment="When it was taken back", null=True
                    ),
                ),
            ],
            options={
                "db_table_comment": "Recorded decisions to publish somebody who is or may be under 18",
                "ordering": ["-added_at"],
            },
        ),
        migrations.CreateModel(
            name="Association",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(db_comment="How they belong together", max_length=200)),
                ("source", models.CharField(db_comment="How we know", max_length=200)),
                (
                    "added_at",
                    models.DateTimeField(auto_now_add=True, db_comment="When it was noted"),
                ),
            ],
            options={
                "db_table_comment": "Associations of two subjects, beside those that reports show",
                "ordering": ["-added_at"],
            },
        ),
        migrations.CreateModel(
            name="DifferentPeople",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said_at", models.DateTimeField(auto_now_add=True, db_comment="When")),
            ],
            options={
                "db_table_comment": "Pairs of records that are two people, as the manager decided",
            },
        ),
        migrations.CreateModel(
            name="GalleryVisit",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        db_comment="Who",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("began_at", models.DateTimeField(db_comment="When this visit began")),
                ("last_at", models.DateTimeField(db_comment="Last look of this visit")),
                (
                    "before_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="Last look of the visit before; null: this is the first",
                        null=True,
                    ),
                ),
            ],
            options={
                "db_table_comment": "Last visits of users to the gallery",
            },
        ),
        migrations.CreateModel(
            name="LegalFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspected", "Suspected"),
                            ("admitted", "Admitted"),
                            ("cautioned", "Cautioned"),
                            ("charged", "Charged"),
                            ("convicted", "Convicted"),
                            ("acquitted", "Found not guilty"),
                            ("dropped", "No further action"),
                        ],
                        db_comment="How far the matter got",
                        max_length=10,
                    ),
                ),
                (
                    "happened_on",
                    models.DateField(db_comment="Day of the charge, caution, verdict ..."),
                ),
                ("offence", models.CharField(db_comment="Of what", max_length=200)),
                (
                    "source",
                    models.CharField(
                        db_comment="Who told us, such as a crime number", max_length=200
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(auto_now_add=True, db_comment="When it was noted"),
                ),
            ],
            options={
                "db_table_comment": "Police and court facts about subjects, each with its date and source",
                "ordering": ["-happened_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Recognition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client_id",
                    models.UUIDField(
                        db_comment="Made by the form; a repeated send finds it", unique=True
                    ),
                ),
                ("name", models.CharField(db_comment="The name they gave", max_length=120)),
                ("words", models.CharField(blank=True, db_comment="How they know", max_length=300)),
                ("given_at", models.DateTimeField(auto_now_add=True, db_comment="When")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreed", "It is this person"),
                            ("different", "It is somebody else"),
                        ],
                        db_comment="Empty: waits for the manager",
                        max_length=10,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, db_comment="When it was decided", null=True),
                ),
            ],
            options={
                "db_table_comment": "Names that members gave to people sought",
                "ordering": ["given_at"],
            },
        ),
        migrations.CreateModel(
            name="SubjectMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(db_comment="Why they are one person", max_length=300)),
                (
                    "before",
                    models.JSONField(
                        db_comment="Fields of the one that stays, as they were before"
                    ),
                ),
                ("moved", models.JSONField(db_comment="Keys of the rows that were moved, by kind")),
                ("merged_at", models.DateTimeField(auto_now_add=True, db_comment="When")),
                (
                    "undone_at",
                    models.DateTimeField(
                        blank=True, db_comment="When it was taken back", null=True
                    ),
                ),
            ],
            options={
                "db_table_comment": "Merges of two records of one person",
                "ordering": ["-merged_at"],
            },
        ),
        migrations.CreateModel(
            name="SubjectWarning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "marker",
                    models.CharField(
                        choices=[
                            ("violence", "Violence"),
                            ("weapon", "Weapon"),
                            ("threats", "Threatens staff"),
                            ("spits", "Spits"),
                            ("needles", "Carries needles"),
                            ("dog", "Dangerous dog"),
                            ("self_harm", "May harm themselves"),
                        ],
                        db_comment="Which warning",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(db_comment="What happened; never published", max_length=300),
                ),
                ("review_on", models.DateField(db_comment="Day it must be looked at again")),
                ("added_at", models.DateTimeField(auto_now_add=True, db_comment="When it was set")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, db_comment="When it was taken away", null=True
                    ),
                ),
            ],
            options={
                "db_table_comment": "Warning markers of subjects, each with its reason and review day",
                "ordering": ["marker"],
            },
        ),
        migrations.CreateModel(
            name="TopTenChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("pinned", "Pinned"), ("removed", "Kept off")],
                        db_comment="Pinned or kept off",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(db_comment="Why", max_length=300)),
                ("chosen_at", models.DateTimeField(auto_now_add=True, db_comment="When")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, db_comment="When it was lifted", null=True),
                ),
            ],
            options={
                "db_table_comment": "Subjects pinned to the Top 10 or kept off it",
                "ordering": ["-chosen_at"],
            },
        ),
        migrations.CreateModel(
            name="TopTenPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(db_comment="1 to 10")),
                (
                    "score",
                    models.PositiveIntegerField(db_comment="Harm score when the place was taken"),
                ),
                ("parts", models.JSONField(db_comment="What the score is made of")),
                (
                    "pinned",
                    models.BooleanField(
                        db_comment="There because the manager said so", default=False
                    ),
                ),
                ("since", models.DateTimeField(db_comment="From when")),
                (
                    "until",
                    models.DateTimeField(blank=True, db_comment="Until when; null: now", null=True),
                ),
            ],
            options={
                "db_table_comment": "The Top 10 and its history",
                "ordering": ["rank"],
            },
        ),
        migrations.CreateModel(
            name="UnusualViewing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(db_comment="First of these views")),
                ("last_at", models.DateTimeField(db_comment="Last of these views so far")),
                ("profiles", models.PositiveIntegerField(db_comment="How many different subjects")),
                (
                    "noted_at",
                    models.DateTimeField(auto_now_add=True, db_comment="When it was noticed"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, db_comment="What the manager found", max_length=300
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, db_comment="When", null=True)),
            ],
            options={
                "db_table_comment": "Viewing of many profiles in a short time, for the manager to look into",
                "ordering": ["-last_at"],
            },
        ),
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "registration",
                    models.CharField(
                        blank=True,
                        db_comment="Number plate, capitals without spaces",
                        max_length=12,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, db_comment="Make, colour, marks", max_length=120),
                ),
                (
                    "added_at",
                    models.DateTimeField(auto_now_add=True, db_comment="When it was noted"),
                ),
            ],
            options={
                "db_table_comment": "Vehicles that subjects were seen with",
                "ordering": ["registration", "words"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="photo",
            name="photo_once",
        ),
        migrations.RemoveIndex(
            model_name="profileversion",
            name="profile_current_by_time",
        ),
        migrations.AddField(
            model_name="photo",
            name="edit_of",
            field=models.ForeignKey(
                blank=True,
                db_comment="The photo this is a crop of; both share the untouched original",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="crops",
                to="offenders.photo",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="edits",
            field=models.JSONField(
                blank=True,
                db_comment="Crop and blurred boxes in parts of width and height, applied to what is shown",
                default=dict,
            ),
        ),
        migrations.AddField(
            model_name="profileversion",
            name="active_at",
            field=models.DateTimeField(
                db_comment="Latest accepted report, notice or publication; the gallery's order",
                default=django.utils.timezone.now,
            ),
            preserve_default=False,
        ),
        # The hourly round sets it from reports and notices; until then it is as good as this.
        migrations.RunSQL(
            "UPDATE offenders_profileversion SET active_at = published_at",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="subject",
            name="haunts",
            field=models.CharField(
                blank=True, db_comment="Where they are often seen", max_length=300
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_comment="The record of the same person that this one became part of",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="doubles",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="methods",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("hides", "Hides goods in bag or clothes"),
                        ("foil", "Foil-lined bag"),
                        ("sweeps", "Sweeps a shelf"),
                        ("push_out", "Trolley push-out"),
                        ("grabs", "Grabs and runs"),
                        ("distracts", "Distracts staff"),
                        ("team", "Works in a team"),
                        ("self_checkout", "Cheats the self-checkout"),
                        ("tags", "Removes tags"),
                        ("labels", "Swaps labels or boxes"),
                        ("refund", "False refund"),
                        ("consumes", "Eats or drinks without paying"),
                        ("threatens", "Threatens when challenged"),
                        ("steals_bags", "Takes bags or phones of customers"),
                    ],
                    max_length=16,
                ),
                blank=True,
                db_comment="Modus operandi from the list that reports use",
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="times",
            field=models.CharField(
                blank=True, db_comment="When they are often seen", max_length=200
            ),
        ),
        migrations.AlterField(
            model_name="profileversion",
            name="warnings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("violence", "Violence"),
                        ("weapon", "Weapon"),
                        ("threats", "Threatens staff"),
                        ("spits", "Spits"),
                        ("needles", "Carries needles"),
                        ("dog", "Dangerous dog"),
                        ("self_harm", "May harm themselves"),
                    ],
                    max_length=12,
                ),
                blank=True,
                db_comment="WarningMarker markers shown",
                default=list,
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="profileversion",
            index=models.Index(
                condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                fields=["-active_at", "-id"],
                name="profile_current_by_activity",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(
                fields=("subject", "sha256", "edits"), name="photo_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("edit_of", None), ("edits", {})),
                    models.Q(("edit_of__isnull", False), models.Q(("edits", {}), _negated=True)),
                    _connector="OR",
                ),
                name="photo_edit_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="subject_not_its_own_double",
            ),
        ),
        migrations.AddField(
            model_name="ageoverride",
            name="added_by",
            field=models.ForeignKey(
                db_comment="Who decided",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ageoverride",
            name="subject",
            field=models.ForeignKey(
                db_comment="Of whom",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="age_overrides",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="added_by",
            field=models.ForeignKey(
                db_comment="Who noted it",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="first",
            field=models.ForeignKey(
                db_comment="One, the lower key",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="association",
            name="second",
            field=models.ForeignKey(
                db_comment="The other",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="differentpeople",
            name="first",
            field=models.ForeignKey(
                db_comment="One, the lower key",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="differentpeople",
            name="said_by",
            field=models.ForeignKey(
                db_comment="Who said so",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="differentpeople",
            name="second",
            field=models.ForeignKey(
                db_comment="The other",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="legalfact",
            name="added_by",
            field=models.ForeignKey(
                db_comment="Who noted it",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalfact",
            name="subject",
            field=models.ForeignKey(
                db_comment="About whom",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="legal_facts",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="Who decided",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="given_by",
            field=models.ForeignKey(
                db_comment="By whom",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="subject",
            field=models.ForeignKey(
                db_comment="Of whom",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recognitions",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="gone",
            field=models.ForeignKey(
                db_comment="Its reference leads on",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="kept",
            field=models.ForeignKey(
                db_comment="The one that stays",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="merged_by",
            field=models.ForeignKey(
                db_comment="By whom",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="Who took it back",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subjectwarning",
            name="added_by",
            field=models.ForeignKey(
                db_comment="Who set it",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subjectwarning",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="Who took it away",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subjectwarning",
            name="subject",
            field=models.ForeignKey(
                db_comment="About whom",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="warnings",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="toptenchoice",
            name="chosen_by",
            field=models.ForeignKey(
                db_comment="By whom",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="toptenchoice",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="Who lifted it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="toptenchoice",
            name="subject",
            field=models.ForeignKey(
                db_comment="Whom",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="top_ten_choices",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="toptenplace",
            name="subject",
            field=models.ForeignKey(
                db_comment="Who",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="top_ten_places",
                to="offenders.subject",
            ),
        ),
        migrations.AddField(
            model_name="unusualviewing",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="Who looked into it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="unusualviewing",
            name="user",
            field=models.ForeignKey(
                db_comment="Who",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="unusual_viewings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="added_by",
            field=models.ForeignKey(
                db_comment="Who noted it",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="subject",
            field=models.ForeignKey(
                db_comment="Whose",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vehicles",
                to="offenders.subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="ageoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("subject",),
                name="age_override_once",
            ),
        ),
        migrations.AddIndex(
            model_name="association",
            index=models.Index(fields=["second"], name="association_second"),
        ),
        migrations.AddConstraint(
            model_name="association",
            constraint=models.UniqueConstraint(
                fields=("first", "second"),
                name="association_once",
                violation_error_message="These two are associated already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="association",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="association_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="differentpeople",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="different_once"),
        ),
        migrations.AddConstraint(
            model_name="differentpeople",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="different_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="recognition",
            index=models.Index(
                condition=models.Q(("outcome", "")), fields=["given_at"], name="recognition_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="recognition_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.UniqueConstraint(
                models.F("subject"),
                models.F("given_by"),
                common.db.Fold(models.F("name")),
                name="recognition_once",
                violation_error_message="You have told us this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("gone",), name="merged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("gone")), _negated=True), name="merge_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="merge_undone_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectwarning",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["review_on"], name="warning_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectwarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("subject", "marker"),
                name="warning_once",
                violation_error_message="This warning is on the record already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectwarning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="warning_end_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="toptenchoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("subject",),
                name="top_ten_choice_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="toptenchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="top_ten_choice_end_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="toptenplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("subject",), name="top_ten_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="toptenplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("rank",), name="top_ten_rank"
            ),
        ),
        migrations.AddConstraint(
            model_name="toptenplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__gte", 1), ("rank__lte", 10)), name="top_ten_size"
            ),
        ),
        migrations.AddConstraint(
            model_name="unusualviewing",
            constraint=models.UniqueConstraint(
                fields=("user", "began_at"), name="unusual_viewing_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="unusualviewing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unusual_answer_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["registration"], name="vehicle_plate"),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("registration", ""), _negated=True),
                    models.Q(("words", ""), _negated=True),
                    _connector="OR",
                ),
                name="vehicle_told",
                violation_error_message="Enter a number plate, or describe the vehicle.",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("registration", ""), _negated=True),
                fields=("subject", "registration"),
                name="vehicle_once",
                violation_error_message="This number plate is on the record already.",
            ),
        ),
    ]
