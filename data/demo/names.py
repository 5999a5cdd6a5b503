"""Invented names of companies and people; none is meant to be anyone real."""

from __future__ import annotations

_ROOTS = (
    "Ardenvale Bellwyn Corvanta Drayholt Eskmere Halvorsen Fennimoor Garrowby Hexling Istrava "
    "Jorvane Kestrun Lindquay Tarnwick Merrivant Norrvik Oldgate Pellworth Quenby Rovanta "
    "Saltmere Thornaby Ulvering Vantreel Wexbourne Yarrowdale Zeldane Ashcombe Brindlow Calderby "
    "Dunmarrow Ossemer Elvanger Foxhollow Grimstad Hollowell Ivarno Joskin Kirrin Larkmoor "
    "Mossberg Nethercot Orlanda Penhallow Quillon Ravensby Skarholt Tidewell Umbervale Verrano "
    "Wychling Xanthor Yoxley Zennor Amberline Blythorn Cravenhurst Dellamar Eastwick Farrowdale "
    "Glenmorrow Harkstead Inverloch Jessamy Kelvaro Lorrimer Maplethorn Nordhagen Oxmarsh Prestholm"
).split()
_SECTORS = (
    "Logistics Health Analytics Retail Media Grid Insurance Travel Energy Studios Freight Legal "
    "Pharma Foods Mobility Software Labs Finance Education Hotels Outdoor Robotics Marine Textiles "
    "Telecom Farms Design"
).split()
# Sectors of the tenants that a planted fact names.
_FIXED = {5: "Grid", 13: "Foods", 31: "Robotics"}
FIRST = tuple(
    "Ada Bela Carmen Dario Elif Femi Greta Hana Ines Jonas Kofi Lena Milan Nadia Omar Petra Quentin Rosa "
    "Sven Tara Umar Vera Wim Xenia Yara Zoltan Amara Boris Chiara Dilan".split()
)
LAST = tuple(
    "Abara Brandt Castell Dvorak Ekholm Farkas Grigg Holm Ivers Jansen Kaya Lindt Moreau Novak Okafor "
    "Petrov Quist Rossi Sato Tanaka Ueda Vargas Weiss Yilmaz Zeman Adler Bianchi Cruz Demir Engel".split()
)


def company(index: int) -> tuple[str, str]:
    """Name and slug of the tenant with this number; names repeat their root only after seventy."""
    root = _ROOTS[index % len(_ROOTS)]
    cycle = index // len(_ROOTS)
    sector = _FIXED.get(index) or _SECTORS[(index * 11 + cycle * 5) % len(_SECTORS)]
    slug = root.lower() if cycle == 0 else f"{root.lower()}_{sector.lower()}"
    return f"{root} {sector}", slug


def person(number: int) -> tuple[str, str]:
    """First and last name of the person with this number."""
    return FIRST[number % len(FIRST)], LAST[(number // len(FIRST) + number * 7) % len(LAST)]
