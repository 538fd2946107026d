"""The exclusion protocol a new scheme starts with; from then on it is the scheme's own data.

After the published protocols of other partnerships (Ashford, Brighton, Portsmouth, Scarborough,
Southampton). The words are ours.
"""

from typing import Any, Final

WARNING_PRIVACY: Final = (
    "The scheme named at the top is the controller of the personal data about you that it holds for"
    " this letter: your name, what happened, and the letter. It uses them to prevent and detect"
    " unlawful acts and to protect staff and customers (UK GDPR article 6(1)(f); Data Protection"
    " Act 2018, Schedule 1, paragraph 10).\n\n"
    "They come from the businesses that are members and from the police. The letter is seen by the"
    " scheme’s manager alone. It may be told to the police or a court where the law allows that."
    " Businesses that are members see what they reported themselves. All of it is deleted on the"
    " day the scheme’s retention schedule says.\n\n"
    "You may ask for a copy of what is held about you, ask for it to be corrected or deleted,"
    " object to its use, and complain to the scheme at the address in this letter. You may also"
    " complain to the Information Commissioner’s Office: ico.org.uk, 0303 123 1113."
)

STARTING_POLICY: Final[dict[str, Any]] = {
    "arrests": 1,
    "serious": 1,
    "incidents": 2,
    "within_months": 12,
    "appeal_days": 28,
    "acknowledge_days": 7,
    "decide_days": 28,
    "confirm_hours": 72,
    "warn_first": False,
    "rule_words": (
        "You may not enter any of the premises on the list that comes with this notice, nor ask"
        " somebody to enter them for you.\n\n"
        "Shops, pubs and other places that are open to the public let people in. The businesses on"
        " the list have taken that permission away from you. This is a civil matter: it is not a"
        " conviction and does not go on a criminal record.\n\n"
        "If you need to enter one of them for medical care, to see the police or because you are"
        " in danger, you may. Tell a member of staff who you are."
    ),
    "breach_words": (
        "If you enter, you are a trespasser. You will be asked to leave, and reasonable steps may"
        " be taken so that you do. Each time is recorded and may be told to the police.\n\n"
        "Breaches may be used in an application to a court for a civil injunction or a criminal"
        " behaviour order (Anti-social Behaviour, Crime and Policing Act 2014), and may lead to a"
        " new notice when this one ends. If you take something when you are not allowed in, it may"
        " be treated as burglary."
    ),
    "appeal_words": (
        "You may appeal against this notice. Write to the address below within the days named above"
        " and say why you think it is wrong or unfair. Somebody may write for you.\n\n"
        "Your appeal is decided by members of the Board of Management who had no part in the first"
        " decision. You are told the result and the reasons in writing. The notice stays in force"
        " until then. After six months without an incident you may ask for an early review."
    ),
    "privacy_words": (
        "The scheme named at the top is the controller of the personal data about you that it"
        " holds for this notice: your name, description and photo, what happened, and this notice."
        " It uses them to prevent and detect unlawful acts and to protect staff and"
        " customers (UK GDPR"
        " article 6(1)(f); Data Protection Act 2018, Schedule 1, paragraph 10).\n\n"
        "They come from the businesses that are members and from the police. They are shown to"
        " members of the scheme, Kent Police, the borough council and other partner agencies"
        " under a"
        " written agreement, and to nobody else. They are removed from members’ view when nothing"
        " holds them there any more, and deleted on the day the scheme’s retention schedule"
        " says.\n\n"
        "You may ask for a copy of what is held about you, ask for it to be corrected or deleted,"
        " object to its use, and complain to the scheme at the address below. You may also complain"
        " to the Information Commissioner’s Office: ico.org.uk, 0303 123 1113."
    ),
    "warning_words": WARNING_PRIVACY,
    "staff_words": (
        "An excluded person is a trespasser. Ask them to leave; do not detain them for that"
        " alone.\n"
        "Keep yourself safe: if there is violence or a threat of it, call 999.\n"
        "Tell your colleagues, then log a sighting: it is recorded as a breach."
    ),
}
