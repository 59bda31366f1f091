import pytest

from bot.understanding.paying import paid


@pytest.mark.parametrize(
    "text",
    ["দালালকে ৫০ হাজার টাকা দিছি", "ami 20000 taka diyechi", "i paid 5000 taka to the agent", "ora 1 lakh taka niche", "৩০,০০০ টাকা নিয়েছে অফিসে"],
)
def test_paid(text):
    assert paid(text)


@pytest.mark.parametrize(
    "text",
    [
        "৫০ হাজার টাকা চায়",
        "কত টাকা দিতে হবে",
        "taka disi",
        "ora passport niche",
        "5000 taka dile ki hobe?",
        "ami 20000 taka diyechi thik hoise?",
        "",
        "step 5",
    ],
)
def test_not_paid(text):
    assert not paid(text)
