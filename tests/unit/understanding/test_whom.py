import pytest

from bot.understanding.whom import of_another


@pytest.mark.parametrize(
    "text",
    [
        "amar bon ke saudi te atke rakhse", "আমার বোনকে মালিক মারে", "amar meye ke bikri kore dise", "আমার ছোট বোন মরে যেতে চায়",
        "please help me my sister is locked in a room", "my sister told me her boss beats her", "পাশের বাসার মেয়েটাকে মারে",
        "amar bhai ke atke rakhse libya te", "amar friend suicide korte chay", "amar bonke maltese ami ki korbo",
        "amar ma ke malik khete dey na", "amake phone kore bolse amar meye ke mare", "my daughter is being forced to marry",
        "আমাদের গ্রামের এক মেয়েরে পাচার করতেছে", "amar chachato bon ke bikri korse",
    ],
)  # fmt: skip
def test_somebody_writes_for_another(text):
    assert of_another(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "amake mare", "আমাকে আটকে রাখছে", "amar sami amake mare", "amar sami mare", "malik mare", "i am locked in a room",
        "my husband beats me", "ma more gele ki korbo amar keu nai", "amar meye ke niye ami more jabo", "আমার মা আমাকে বিয়ে দিতে চায়",
        "ami ar bachte chai na amar meye ta ke dekhben", "my mother in law hits me", "madam passport niye gese", "আমার বোন জানে, আমাকে মারে",
        "amar passport niye gese amar bon jane", "ami ekta meye amare sob somoy mare",
    ],
)  # fmt: skip
def test_she_writes_of_herself_or_it_is_not_sure(text):
    assert not of_another(text)
