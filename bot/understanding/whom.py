"""Whom a message of danger is about: herself, or somebody she writes for. Pure; when in doubt herself, whose reply suits both."""

from __future__ import annotations

from bot.understanding.risk import phrases, spelled

# "Me" where nothing is done to her: somebody tells her, or she asks us. Taken out before looking for what is.
_TOLD = phrases(
    [
        "আমাকে বল~", "আমাকে কয়", "আমাকে ফোন~", "আমাকে মেসেজ~", "আমাকে সাহায্য~", "আমাকে জানা~", "আমারে বল~", "আমারে ক~", "আমারে ফোন~",
        "amake bol~", "amake phone~", "amake fon~", "amake call~", "amake sms~", "amake sahaj~", "amake shahaj~", "amake help~",
        "amake jana~", "amare bol~", "amare koi~", "amare fon~", "amare phone~", "amk bol~", "amk fon~", "amk phone~", "amk call~",
        "help me", "tell me", "told me", "tells me", "call me", "calls me", "called me", "advise me", "let me", "asked me", "texted me",
        "sent me a message", "আমাদের গ্রাম~", "আমাদের পাশের", "আমাদের বাড়ির", "আমাদের এলাকা~", "amader gram~", "amader pasher", "amader barir",
        "amader elaka~",
    ]
)  # fmt: skip
_HERSELF = phrases(
    [
        "আমাকে", "আমারে", "আমায়", "আমাদের", "আমাগো", "আমরা", "আঁরে", "মোক", "হামাক", "নিজেকে", "নিজেরে", "আমার সাথে", "আমার সঙ্গে",
        "আমার গায়ে", "আমার শরীর~", "আমার পাসপোর্ট", "আমার বেতন", "আমার ছবি~", "আমার ভিডিও~", "আমার পেট~", "আমার গলা~", "আমার হাত~",
        "আমি মর~", "আমি আর", "আমি বাঁচ~", "আমি একা", "আমি বন্দি", "আমি আটকা~", "আমি প্রেগন্যান্ট", "আমি গর্ভবতী",
        "amake", "amare", "amay", "amk", "amader", "amago", "amra", "nijeke", "nijere", "amar sathe", "amar songe", "amar gaye",
        "amar shorir~", "amar passport", "amar pasport", "amar beton", "amar chobi~", "amar video~", "amar pet~", "amar gola~", "amar hat~",
        "ami mor~", "ami ar", "ami bach~", "ami eka", "ami bondi", "ami atka~", "ami pregnant", "ami gorbhoboti",
        "me", "myself", "us", "i am", "i m", "im", "i have been", "i was", "i want to", "my body", "my passport", "my salary", "my photo~",
        "my video~", "my nudes",
    ]
)  # fmt: skip
# Those who mostly suffer what is told of them; of men only in the object case, for else they mostly do it.
_ANOTHER = phrases(
    [
        *(
            f"{mine}{far} {who}"
            for mine in ("আমার", "আমাগো", "amar", "amago")
            for far in ("", " *")
            for who in (
                "বোন", "বোনকে", "বোনরে", "বোনের", "বোনটা", "মেয়ে", "মেয়েকে", "মেয়েরে", "মেয়ের", "মেয়েটা", "মা", "মাকে", "মায়ের", "মায়েরে",
                "আম্মা", "আম্মাকে", "নানি~", "নানী~",
                "খালা~", "ফুফু~", "ফুপু~", "চাচি~", "চাচী~", "ভাবি", "ভাবিকে", "ভাবির", "ভাবী~", "ভাগ্নি~", "ভাতিজি~", "ননদ~",
                "বান্ধবী~", "বান্ধবি~", "বন্ধু~", "স্ত্রী", "স্ত্রীকে", "স্ত্রীর", "বউ", "বউকে", "বউরে", "বউয়ের", "প্রতিবেশী~", "ভাইকে", "ভাইরে",
                "স্বামীকে", "স্বামীরে", "ছেলেকে", "ছেলেরে", "বাচ্চাকে", "বাচ্চারে", "বাবাকে", "আত্মীয়~",
                "bon", "bonke", "bonre", "boner", "bonta", "bonti", "meye", "meyeke", "meyere", "meyer", "meyeta", "mey", "ma", "make",
                "mayer", "amma", "ammake", "nani~",
                "khala~", "fufu~", "fupu~", "chachi~", "vabi", "vabike", "vabir", "bhabi~", "bagni~", "vatiji~",
                "nonod~", "bandhobi~", "bandobi~", "bondhu~", "stri", "strike", "bou", "bouke", "boure", "protibeshi~", "bhai ke",
                "bhaike", "vai ke",
                "vaike", "vaire", "shamike", "shami ke", "samike", "sami ke", "cheleke", "chele ke", "bacchake", "baccha ke", "babake",
                "baba ke", "attiyo~", "friend", "cousin",
            )
        ),
        "একজন মেয়ে~", "এক মেয়ে~", "একটা মেয়ে~", "এক মহিলা~", "একজন মহিলা~", "এক আপা~", "এক ভাবি~", "পাশের বাড়ির~", "পাশের বাসার~", "পাশের রুমের~",
        "আমাদের গ্রামের", "আমার গ্রামের", "আমার সাথের", "ekjon meye~", "ek meye~", "ekta meye~", "ek mohila~", "ekjon mohila~", "ek apa~",
        "pasher barir~", "pasher basar~", "pasher roomer", "amar gramer", "amader gramer", "amar sather",
        *(
            f"{my}{who}"
            for my in ("my ", "my * ")
            for who in ("sister", "daughter", "mother", "mom", "wife", "aunt", "niece", "friend", "cousin", "neighbour", "roommate")
        ),
        "a girl in", "a woman in", "a girl i know", "a woman i know", "someone i know", "girl from my village", "woman from my village",
    ]
)  # fmt: skip


def of_another(text: str) -> bool:
    """Whether she writes for somebody else: another is named, and nothing is said to be done to herself."""
    message = spelled(text)
    assert _TOLD and _HERSELF and _ANOTHER
    return bool(_ANOTHER.search(message)) and not _HERSELF.search(_TOLD.sub(" ", message))
