"""Words over the columns of a register of agencies, and words for the state of a licence, as lists in Bangla and English have them."""

HEADINGS = {
    "rl": (
        "rl", "rl no", "rl number", "licence no", "license no", "licence number", "license number", "licence no rlxxxx",
        "license no rlxxxx", "আরএল", "আর এল", "আরএল নং", "আর এল নং", "আরএল নম্বর", "লাইসেন্স নং", "লাইসেন্স নম্বর", "লাইসেন্স",
    ),
    "name": (
        "name", "agency name", "name of agency", "name of the agency", "recruiting agency", "recruiting agency name", "agency",
        "company name", "name of recruiting agency", "নাম", "এজেন্সির নাম", "এজেন্সি", "রিক্রুটিং এজেন্সির নাম", "প্রতিষ্ঠানের নাম",
    ),
    "address": ("address", "office address", "present address", "ঠিকানা", "অফিসের ঠিকানা"),
    "status": ("status", "licence status", "license status", "অবস্থা", "লাইসেন্সের অবস্থা", "স্ট্যাটাস", "current status"),
    "valid_until": (
        "validity", "valid till", "valid until", "valid upto", "valid up to", "expiry", "expiry date", "licence validity",
        "license validity", "validity date", "date of expiry", "মেয়াদ", "মেয়াদ শেষ", "মেয়াদ উত্তীর্ণের তারিখ", "মেয়াদকাল",
        "লাইসেন্সের মেয়াদ",
    ),
}  # fmt: skip
STATUS = {
    "active": ("active", "valid", "running", "সক্রিয়", "চালু", "বৈধ"),
    "suspended": ("suspended", "suspend", "স্থগিত"),
    "cancelled": ("cancelled", "canceled", "cancel", "revoked", "বাতিল"),
    "expired": ("expired", "expire", "মেয়াদোত্তীর্ণ", "মেয়াদ শেষ"),
    "server_locked": ("server locked", "server lock", "locked", "সার্ভার লক", "লক"),
}
NEGATIONS = frozenset(("not", "inactive", "in", "na", "nai", "noy"))  # in Latin letters, as the words are compared
