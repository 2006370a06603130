"""Offices, meeting rooms and lounges."""

from factory.sources.procedural import clutter, decor, electronics, kitchen, seating, storage, tables, tableware
from factory.sources.procedural.dressing import along_walls, fill_shelves, hang, on_walls, radiators, scatter, some
from factory.sources.procedural.home_rooms import dining, sofa_group, workplace
from factory.sources.procedural.placement import Arrangement


def office(a: Arrangement) -> None:
    """One to three workplaces, shelves, a printer."""
    rng = a.rng
    for _ in range(1 + int(a.room.area > 11) + int(a.room.area > 17)):
        workplace(a)
    fill_shelves(a, a.against_wall(storage.bookshelf(rng)))
    drawers = a.against_wall(storage.file_cabinet(rng))
    scatter(a, drawers, some(rng, (electronics.printer, decor.small_plant, clutter.box), 1, 2))
    if rng.random() < 0.6:
        low = a.against_wall(storage.low_shelf(rng))
        scatter(a, low, some(rng, (electronics.printer, decor.small_plant, clutter.book, clutter.basket), 1, 3))
    if rng.random() < 0.6:
        hang(a, decor.whiteboard(rng), 0.95)
    along_walls(a, [clutter.trash_can, *some(rng, (clutter.backpack, clutter.box, clutter.box, decor.plant), 2, 3)])
    along_walls(a, some(rng, (seating.chair, electronics.fan, clutter.bag, decor.floor_lamp), 1, 2))
    radiators(a)
    on_walls(a, 1)


def meeting(a: Arrangement) -> None:
    """A long table with chairs, a whiteboard and a screen."""
    rng = a.rng
    table = dining(a, tables.meeting_table(rng), 6, office=rng.random() < 0.5)
    if table is None:
        table = dining(a, tables.dining_table(rng), 4)
    things = (electronics.laptop, electronics.laptop, clutter.papers, tableware.cup, tableware.cup, tableware.bottle)
    scatter(a, table, some(rng, (*things, electronics.telephone, clutter.book), 4, 7))
    hang(a, decor.whiteboard(rng), 0.95)
    stand = a.against_wall(storage.tv_stand(rng), high=1.3)
    if stand is not None:
        a.stand_on(stand, electronics.tv(rng, a.placed[stand].model.size[0] - 0.1), 0, at=(0.0, 0.0), spread=0.0)
    board = a.against_wall(storage.cabinet(rng))
    scatter(a, board, some(rng, (tableware.coffee_maker, tableware.cup, electronics.printer, decor.vase), 2, 3))
    along_walls(
        a, [decor.plant, clutter.trash_can, *some(rng, (clutter.backpack, clutter.box, decor.floor_lamp), 1, 2)]
    )
    radiators(a)
    on_walls(a, 1)


def lounge(a: Arrangement) -> None:
    """Couches, a coffee corner, plants."""
    rng = a.rng
    sofa_group(a, with_tv=rng.random() < 0.4)
    board = a.against_wall(storage.cabinet(rng))
    corner = (tableware.coffee_maker, tableware.cup, tableware.cup, tableware.kettle, kitchen.microwave)
    scatter(a, board, some(rng, corner, 2, 4))
    bar = dining(a, tables.round_table(rng, 0.42, 0.74, "table"), 2)
    scatter(a, bar, some(rng, (tableware.cup, electronics.laptop, clutter.book, tableware.bottle), 1, 2))
    fill_shelves(a, a.against_wall(storage.low_shelf(rng)))
    along_walls(a, [decor.plant, decor.floor_lamp, *some(rng, (seating.bench, seating.ottoman, clutter.bag), 1, 2)])
    along_walls(a, [clutter.trash_can, *some(rng, (decor.plant, clutter.backpack, clutter.suitcase), 1, 2)])
    radiators(a)
    on_walls(a, 3)
