"""What single sentences say: one or more sentences for each pattern that typed extraction knows."""

import pytest

from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article


def stated(text: str) -> set[tuple[str, str, str]]:
    """Subject, relation and object of all that is found in a text."""
    (extraction,) = spacy_extractor().extract([Article("text", text)])
    assert extraction.problem is None
    return {(t.subject.name, str(t.relation), t.object.name) for t in extraction.triples}


@pytest.mark.parametrize(
    ("text", "triple"),
    [
        # whose act it is that a verb is done to
        (
            "The German government blocked Infineon's planned acquisition of Siltronic.",
            ("Germany", "OPPOSES", "Infineon"),
        ),
        ("Japan limited Huawei's access to photoresists.", ("Japan", "RESTRICTS_EXPORTS_TO", "Huawei")),
        # a gerund where a frame has a noun, and one that a noun with a possessor governs
        (
            "The US Department of Commerce barred American firms from selling to Inspur.",
            ("US Department of Commerce", "SANCTIONS", "Inspur"),
        ),
        (
            "Analysts point to Russia's role in supplying helium to South Korea.",
            ("Russia", "SUPPLIES", "South Korea"),
        ),
        # nouns between a verb and the act that it carries
        ("India announced an increase in tariffs on goods from Turkey.", ("India", "IMPOSES_TARIFFS_ON", "Turkey")),
        ("Renesas announced plans for a merger with Wolfspeed.", ("Renesas", "ACQUIRES", "Wolfspeed")),
        # acts between two, the second of whom a description precedes
        (
            "A merger between the Japanese company Kioxia and the American company Western Digital was called off.",
            ("Kioxia", "ACQUIRES", "Western Digital"),
        ),
        # answers to a measure
        (
            "India retaliated with duties on $2 billion worth of American goods.",
            ("India", "RETALIATES_AGAINST", "United States"),
        ),
        # deliveries: abroad toward a state, a supply toward a firm
        ("Nikon shipped its scanners to India.", ("Nikon", "EXPORTS_TO", "India")),
        ("Nikon shipped its scanners to Micron.", ("Nikon", "SUPPLIES", "Micron")),
        ("Europe wants to reduce Germany's dependence on Norway.", ("Norway", "SUPPLIES", "Germany")),
        # joint work of states and of firms
        ("Brazil will build a satellite with India.", ("Brazil", "COOPERATES_WITH", "India")),
        ("Denso will develop sensors with Onsemi.", ("Denso", "PARTNERS_WITH", "ON Semiconductor")),
        # where a head office is
        ("Wolfspeed has its headquarters in Durham, North Carolina.", ("Wolfspeed", "LOCATED_IN", "Durham")),
        # examples of a firm's goods, of officials of a country
        ("Many rely on Apple products such as Safari and the iPhone.", ("Apple", "PRODUCES", "iPhone")),
        # names that only their place tells
        ("Samsung built a fab in Wexleigh, Ireland.", ("Wexleigh", "LOCATED_IN", "Ireland")),
        ("Nikon makes KrF scanners.", ("Nikon", "PRODUCES", "KrF scanners")),
        (
            "Charges were filed by the Federal Bureau of Investigation against Hikvision.",
            ("Federal Bureau of Investigation", "INVESTIGATES", "Hikvision"),
        ),
        (
            "Finance Ministry spokesperson Xu Beiling said that China would reply.",
            ("Xu Beiling", "HOLDS_ROLE_AT", "Ministry of Finance (China)"),
        ),
        ("White House AI adviser Jane Miller resigned.", ("Jane Miller", "HOLDS_ROLE_AT", "United States")),
        ("Russian state news agency TASS reported it.", ("TASS", "SUBSIDIARY_OF", "Russia")),
        # a fine with its sum, a city that stands for a bloc and one that is itself
        ("The FTC fined Meta $376 million.", ("Federal Trade Commission", "INVESTIGATES", "Meta")),
        ("Brussels imposed tariffs on India.", ("European Union", "IMPOSES_TARIFFS_ON", "India")),
        ("Arm has an office in London, United Kingdom.", ("London", "LOCATED_IN", "United Kingdom")),
        # who answers for what a gerund says, and what only a verb has
        ("Britain imposed sanctions on Huawei for supplying tools to Russia.", ("Huawei", "SUPPLIES", "Russia")),
        ("Apple supplier Luxshare plans to acquire Leoni, a German cable maker.", ("Luxshare", "ACQUIRES", "Leoni")),
        # a part of a firm that is sold is no delivery, a permission that is received is one given
        (
            "Infineon agreed to sell its Austin fab to SkyWater Technology.",
            ("SkyWater Technology", "ACQUIRES", "Infineon Austin fab"),
        ),
        ("Samsung Electronics received a waiver from Washington.", ("United States", "PERMITS", "Samsung Electronics")),
        ("Malaysia requires permits for exports of gallium.", ("Malaysia", "RESTRICTS_EXPORT_OF", "gallium")),
        # what a firm is called by another's name
        ("Nvidia supplier Foxconn hired staff.", ("Foxconn", "SUPPLIES", "Nvidia")),
        ("Nvidia rival AMD makes chips.", ("AMD", "COMPETES_WITH", "Nvidia")),
        ("TSMC counts Apple among its customers.", ("TSMC", "SUPPLIES", "Apple")),
        ("Intel named Lip-Bu Tan as its chief executive.", ("Lip-Bu Tan", "HOLDS_ROLE_AT", "Intel")),
        # particles that the parser takes for adverbs, objects that it hangs on a sum
        ("India hit back at Canada.", ("India", "RETALIATES_AGAINST", "Canada")),
        ("Ottawa lashed out at Beijing.", ("Canada", "OPPOSES", "China")),
        # licences given and taken
        ("The Dutch government revoked ASML's licence to service scanners.", ("Netherlands", "PERMITS", "ASML")),
        # stakes held, and stakes bought
        ("Bosch took a 10% stake in ESMC.", ("Bosch", "INVESTS_IN", "ESMC")),
        ("Bosch holds a 10% stake in ESMC.", ("Bosch", "OWNS", "ESMC")),
        # what is used comes from somebody
        ("SpaceX uses chips from STMicroelectronics.", ("STMicroelectronics", "SUPPLIES", "SpaceX")),
        ("Norway, home to Equinor, agreed.", ("Equinor", "LOCATED_IN", "Norway")),
        (
            "STATS ChipPAC of Singapore was sold.",
            ("STATS ChipPAC", "LOCATED_IN", "Singapore"),
        ),
        ("US tariffs of 25% on steel took effect.", ("United States", "IMPOSES_TARIFFS_ON", "steel")),
        # the things that the sentence before is about
        ("EUV scanners cost more than planes. They are built by ASML.", ("ASML", "PRODUCES", "EUV scanners")),
        ("EUV scanners cost a lot. These machines are built by ASML.", ("ASML", "PRODUCES", "EUV scanners")),
        ("Brazil raised duties on Chinese-made electric vehicles.", ("China", "PRODUCES", "electric vehicles")),
        (
            "Spain expelled three Cuban officials, including energy minister Carlos Mendez.",
            ("Carlos Mendez", "HOLDS_ROLE_AT", "Cuba"),
        ),
        ("Jensen Huang spoke at Computex.", ("Jensen Huang", "PARTICIPATES_IN", "Computex")),
        ("India opposes any trade deal with Pakistan.", ("India", "OPPOSES", "Pakistan")),
    ],
)
def test_a_pattern_finds_what_the_sentence_states(text: str, triple: tuple[str, str, str]) -> None:

    assert triple in stated(text)


@pytest.mark.parametrize(
    ("text", "triple"),
    [
        ("The German government blocked Infineon's acquisition of Siltronic.", ("Germany", "OPPOSES", "Siltronic")),
        ("Nikon shipped its scanners to India.", ("Nikon", "SUPPLIES", "India")),
        ("Bosch took a 10% stake in ESMC.", ("Bosch", "ACQUIRES", "ESMC")),
        ("Taiwan-based Wistron assembles servers for Dell.", ("Dell", "LOCATED_IN", "Taiwan")),
        ("India opposes any trade deal with Pakistan.", ("India", "AGREES_WITH", "Pakistan")),
        ("Spain backs Broadcom's plant in Bilbao with money.", ("Broadcom", "INVESTS_IN", "Broadcom Bilbao plant")),
        ("Europe wants to reduce Germany's dependence on Norway.", ("Germany", "SUPPLIES", "Norway")),
        (
            "The United States revoked the visas of three Cuban officials, including Raul Castro.",
            ("United States", "SANCTIONS", "Cuba"),
        ),
    ],
)
def test_a_pattern_does_not_find_what_the_sentence_does_not_state(text: str, triple: tuple[str, str, str]) -> None:
    assert triple not in stated(text)
