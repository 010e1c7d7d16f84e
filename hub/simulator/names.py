"""Plausible people, in three languages, and plausible addresses for them."""

from anyascii import anyascii

NAMES: dict[str, tuple[str, ...]] = {
    "en": (
        "Alice Whitfield",
        "Ben O'Connor",
        "Charlotte Adeyemi",
        "Daniel Marsh",
        "Eleanor Finch",
        "Fergus Doyle",
        "Grace Okafor",
        "Harry Lindqvist",
        "Imogen Price",
        "Jack Sutherland",
        "Keira Walsh",
        "Liam Hargreaves",
        "Megan Byrne",
        "Oliver Chaudhry",
    ),
    "ru": (
        "Анастасия Белова",
        "Борис Ёлкин",
        "Виктория Жданова",
        "Григорий Соловьёв",
        "Дарья Щербакова",
        "Евгений Тихонов",
        "Зоя Лаврентьева",
        "Игорь Мельников",
        "Ксения Рябова",
        "Лев Черепанов",
        "Марина Юдина",
        "Никита Фомин",
        "Ольга Цветкова",
        "Пётр Зайцев",
    ),
    "tr": (
        "Ayşe Yıldırım",
        "Burak Şahin",
        "Çağla Öztürk",
        "Deniz Aksoy",
        "Elif Güneş",
        "Fatih Işık",
        "Gülşen Kılıç",
        "Hakan Doğan",
        "İrem Çetin",
        "Kerem Uçar",
        "Leyla Arslan",
        "Mert Gündoğdu",
        "Özge Şimşek",
        "Volkan Ertürk",
    ),
}

PAGES = ("/", "/shelves", "/lamps", "/checkout", "/orders", "/returns", "/contact")
REFERRERS = ("", "https://search.example/?q=shelf", "https://social.example/", "https://news.example/lamps")


def mail_address(name: str) -> str:
    """An address of `name` under a domain that nobody can own (RFC 2606)."""
    return f"{anyascii(name).lower().replace(' ', '.').replace(chr(39), '')}@mail.example"
