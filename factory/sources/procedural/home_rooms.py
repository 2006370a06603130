"""Living rooms, bedrooms, kitchens and bathrooms."""

import numpy as np

from factory.sources.procedural import bathroom as bath
from factory.sources.procedural import bedroom as bed
from factory.sources.procedural import (
    clutter,
    decor,
    electronics,
    kitchen,
    palette,
    seating,
    storage,
    tables,
    tableware,
)
from factory.sources.procedural.dressing import (
    along_walls,
    curtains,
    fill_shelves,
    hang,
    hang_over,
    on_walls,
    radiators,
    scatter,
    some,
)
from factory.sources.procedural.floorplan import SIDES, SideName
from factory.sources.procedural.model import Model
from factory.sources.procedural.palette import pick
from factory.sources.procedural.placement import Arrangement, Placed


def _couch_before_tv(a: Arrangement) -> int | None:
    """A television on its stand at a wall and the couch opposite; at another wall when the couch does not fit."""
    rng = a.rng
    stand_model = storage.tv_stand(rng)
    stand, seat = None, None
    for attempt in range(16):
        couch = seating.couch(rng, 3 if attempt < 8 else 2)
        stand = a.against_wall(stand_model, margin=0.02, tries=3, high=1.3)
        if stand is None:
            continue
        places = (a.beside(stand, couch, (0, 1), gap, 180.0) for gap in (2.6, 2.3, 2.0, 1.7, 1.4))
        seat = next((i for i in (a.keep_if_fits(place) for place in places) if i is not None), None)
        if seat is not None:
            break
        a.placed.pop()
        stand = None
    if stand is None:
        seat = a.against_wall(seating.couch(rng, 2), tries=30)
        stand = a.against_wall(stand_model, high=1.3)
    if stand is not None:
        a.stand_on(stand, electronics.tv(rng, stand_model.size[0] - 0.1), 0, at=(0.0, -0.02), spread=0.0)
        scatter(a, stand, some(rng, (electronics.speaker, decor.vase, clutter.book, clutter.basket), 1, 3))
    return seat


def sofa_group(a: Arrangement, with_tv: bool) -> None:
    """A couch that faces a television across a coffee table."""
    rng = a.rng
    seat = _couch_before_tv(a) if with_tv else a.against_wall(seating.couch(rng), tries=30)
    if seat is None:
        return
    for k in range(len(a.placed[seat].model.surfaces)):
        if rng.random() < 0.6:
            a.stand_on(seat, bed.cushion(rng), k, at=(float(rng.uniform(-0.06, 0.06)), -0.06), spread=8)
    table = tables.coffee_table(rng)
    rug = decor.rug(rng, table.size[0] + 0.5, table.size[1] + 0.4)
    under = a.keep_if_fits(a.beside(seat, rug, (0, 1), 0.06)) if rng.random() < 0.7 else None
    if under is not None:
        top = a.stand_on(under, table, 0, at=(0.0, 0.0), spread=0.0)
    else:
        top = a.keep_if_fits(a.beside(seat, table, (0, 1), 0.35))
    things = (clutter.book, tableware.cup, tableware.cup, decor.vase, tableware.bowl, electronics.laptop)
    scatter(a, top, some(rng, (*things, clutter.papers), 2, 5))
    for way in ((1, 0), (-1, 0)):
        if rng.random() < 0.6:
            end = a.keep_if_fits(a.beside(seat, tables.end_table(rng), way, 0.06))
            scatter(a, end, [decor.lamp, *some(rng, (clutter.book, tableware.cup, decor.vase), 0, 1)])
    around = under if under is not None else top
    hand = 1 if rng.random() < 0.5 else -1
    chair = seating.armchair(rng)
    if around is None or a.keep_if_fits(a.beside(around, chair, (hand, 0), 0.12, hand * 90.0)) is None:
        a.against_wall(chair)


def living(a: Arrangement) -> None:
    """Sofa group, shelves, lamps, plants."""
    rng = a.rng
    curtains(a)
    sofa_group(a, with_tv=True)
    fill_shelves(a, a.against_wall(storage.bookshelf(rng)))
    board = a.against_wall(storage.cabinet(rng))
    scatter(a, board, some(rng, (decor.lamp, decor.small_plant, decor.vase, clutter.book, electronics.speaker), 1, 3))
    if a.room.area > 17:
        dining(a, tables.round_table(rng, 0.5, 0.74, "table"), 2)
    along_walls(a, [decor.floor_lamp, decor.plant])
    others = (decor.plant, seating.ottoman, clutter.guitar, clutter.basket, clutter.ball_toy, clutter.backpack)
    along_walls(a, some(rng, others, 2, 4))
    radiators(a)
    on_walls(a, 3)


def bedroom(a: Arrangement) -> None:
    """A bed with nightstands, wardrobe, dresser."""
    rng = a.rng
    curtains(a)
    model = bed.bed(rng)
    frame = a.against_wall(model, margin=0.03, tries=30)
    if frame is not None:
        double = model.size[0] > 1.3
        for x in (-0.24, 0.24) if double else (0.0,):
            shift = x * model.size[0]
            a.stand_on(frame, bed.pillow(rng), 0, at=(float(shift), -0.1), spread=6)
        scatter(a, frame, some(rng, (bed.blanket, bed.stuffed_animal, clutter.book, clutter.bag), 1, 2), 1)
        for way in ((1, 0), (-1, 0)):
            night = a.keep_if_fits(a.beside(frame, tables.nightstand(rng), way, 0.05, back_to_back=True))
            things = (clutter.book, tableware.cup, decor.vase, tableware.bottle)
            scatter(a, night, [decor.lamp, *some(rng, things, 0, 2)])
        hang_over(a, frame, decor.picture(rng), 0.35)
        rug = decor.rug(rng, 1.4, 0.7)
        if rng.random() < 0.5:
            a.keep_if_fits(a.beside(frame, rug, (0, 1), 0.08))
    a.against_wall(storage.wardrobe(rng))
    chest = a.against_wall(storage.dresser(rng))
    hang_over(a, chest, decor.mirror(rng), 0.15)
    on_top = (decor.lamp, decor.vase, clutter.book, bed.stuffed_animal, clutter.box, decor.small_plant)
    scatter(a, chest, some(rng, on_top, 2, 4))
    if a.room.area > 13 and rng.random() < 0.6:
        workplace(a)
    others = (bed.laundry_basket, clutter.shoes, clutter.suitcase, clutter.backpack, clutter.box, bed.ironing_board)
    along_walls(a, some(rng, others, 2, 4))
    along_walls(a, some(rng, (decor.plant, electronics.fan, clutter.guitar, clutter.ball_toy, seating.chair), 1, 2))
    radiators(a)
    on_walls(a, 2)


def workplace(a: Arrangement) -> int | None:
    """A desk with a computer and a swivel chair."""
    rng = a.rng
    desk = a.against_wall(tables.desk(rng), margin=0.04)
    if desk is None:
        return None
    seat = a.beside(desk, seating.office_chair(rng), (0, 1), 0.05, 180.0 + float(rng.uniform(-20, 20)), 0.1)
    a.keep_if_fits(seat)
    depth = a.placed[desk].model.size[1]
    if rng.random() < 0.75:
        for x in (-0.3, 0.3) if rng.random() < 0.4 else (0.0,):
            a.stand_on(desk, electronics.monitor(rng), at=(x, -depth / 2 + 0.2), spread=4)
        a.stand_on(desk, electronics.keyboard(rng), at=(0.0, depth / 2 - 0.2), spread=4)
        a.stand_on(desk, electronics.mouse(rng), at=(-0.32, depth / 2 - 0.2), spread=8)
        for way in ((1, 0), (-1, 0)):
            tower = a.beside(desk, electronics.computer_tower(rng), way, 0.05, 0.0, 0.05, back_to_back=True)
            if a.keep_if_fits(tower) is not None:
                break
    else:
        a.stand_on(desk, electronics.laptop(rng), at=(0.0, 0.08), spread=6)
    things = (decor.lamp, clutter.book, electronics.telephone, clutter.papers, clutter.pen_cup, tableware.cup)
    scatter(a, desk, [tableware.cup, *some(rng, (*things, decor.small_plant, electronics.speaker), 2, 4)])
    return desk


def dining(a: Arrangement, table: Model, seats: int, office: bool = False) -> int | None:
    """A table in the open floor with chairs around it."""
    rng, room = a.rng, a.room
    make, room_for_chair = (seating.office_chair, 0.7) if office else (seating.chair, 0.56)
    for _ in range(40):
        x, y = rng.uniform((room.x0, room.y0), (room.x1, room.y1))
        thing = Placed(table, np.array([x, y, 0.0]), float(rng.choice([0.0, 90.0])), room.index)
        if not a.fits(thing, room_for_chair):
            continue
        index = a.keep(thing)
        length = table.size[0]
        per_side = max(1, min(int(length / 0.62), (seats + 1) // 2))
        places = [((0, s), (k - (per_side - 1) / 2) * length / per_side) for s in (1, -1) for k in range(per_side)]
        places += [((s, 0), 0.0) for s in (1, -1)]
        for way, shift in places[:seats]:
            turn = {(0, 1): 180.0, (0, -1): 0.0, (1, 0): 90.0, (-1, 0): -90.0}[way] + float(rng.uniform(-8, 8))
            a.keep_if_fits(a.beside(index, make(rng), way, float(rng.uniform(0.02, 0.1)), turn, shift))
        return index
    return None


def _free_run(a: Arrangement, side: SideName) -> tuple[float, float]:
    """The longest stretch of a side without doors."""
    low, high = a.room.span(side)
    doors = sorted((o.start - 0.12, o.end + 0.12) for o in a.room.openings[side] if o.kind != "window")
    stretches, start = [], low + 0.01
    for door_start, door_end in doors:
        stretches.append((start, door_start))
        start = door_end
    stretches.append((start, high - 0.01))
    return max(stretches, key=lambda s: s[1] - s[0])


def kitchen_run(a: Arrangement, length: float) -> None:
    """Refrigerator, counters, sink and oven in one line, cabinets above."""
    rng = a.rng
    color, stone = (
        pick(rng, palette.WOOD + palette.WHITE * 2 + palette.FABRIC[:3]),
        pick(rng, palette.DARK + palette.POT[1:]),
    )
    sides = sorted(SIDES, key=lambda s: _free_run(a, s)[0] - _free_run(a, s)[1])
    for side in sides:
        start, end = _free_run(a, side)
        end = min(end, start + length)
        at, step = (start, 1.0) if rng.random() < 0.5 else (end, -1.0)
        fridge = kitchen.refrigerator(rng)
        sink_width = float(rng.uniform(1.0, 1.4))
        wet = kitchen.counter(sink_width, color, stone, 0.0)
        line = [fridge, wet, kitchen.oven(rng)]
        if rng.random() < 0.6:
            line.insert(1, kitchen.dishwasher(rng))
        rest = end - start - sum(float(m.size[0]) + 0.01 for m in line)
        if rest < -0.005:
            continue
        if rest > 0.45:
            line.append(kitchen.counter(min(rest - 0.02, 1.4), color, stone))
        for model in line:
            width = float(model.size[0])
            index = a.against_wall(model, (side,), at + step * width / 2, gap=0.01)
            at += step * (width + 0.01)
            if index is not None:
                _dress_kitchen_unit(a, index, color, model is wet)
            elif model is fridge:
                a.against_wall(fridge)
        return


def _dress_kitchen_unit(a: Arrangement, index: int, color: palette.Color, has_sink: bool) -> None:
    rng = a.rng
    model = a.placed[index].model
    small = [tableware.kettle, tableware.toaster, tableware.coffee_maker, tableware.paper_towel, tableware.knife_block]
    small += [tableware.bottle, tableware.bowl, tableware.cup, tableware.cup, tableware.plate, kitchen.microwave]
    if model.label == "oven":
        scatter(a, index, some(rng, (tableware.pot, tableware.pot, tableware.kettle), 1, 2))
        hang_over(a, index, kitchen.range_hood(rng), 0.65)
        return
    if model.label == "kitchen counter":
        if has_sink and a.stand_on(index, kitchen.kitchen_sink(), 0, at=(0.0, 0.0), spread=0.0) is None:
            return  # nothing stands over the hole
        hang_over(a, index, kitchen.wall_cabinet(float(model.size[0]) - 0.02, color), 0.55)
        if not has_sink and rng.random() < 0.7:
            scatter(a, index, [kitchen.microwave])
    if model.label != "refrigerator":
        scatter(a, index, some(rng, small, 3, 6))


def cook(a: Arrangement) -> None:
    """A kitchen."""
    rng = a.rng
    kitchen_run(a, 5.0)
    if a.room.area > 8:
        table = dining(a, tables.table(rng, float(rng.uniform(0.9, 1.3)), float(rng.uniform(0.75, 0.85))), 4)
        things = (tableware.plate, tableware.plate, tableware.cup, tableware.cup, tableware.bottle, decor.vase)
        scatter(a, table, [tableware.bowl, *some(rng, things, 2, 5)])
    along_walls(a, [clutter.trash_can, *some(rng, (seating.stool, clutter.bag, clutter.box, decor.plant), 1, 3)])
    radiators(a)
    on_walls(a, 1)


def wash(a: Arrangement) -> None:
    """A bathroom."""
    rng = a.rng
    tub = a.against_wall(bath.bathtub(rng), gap=0.01, tries=24)
    if tub is not None and rng.random() < 0.5:
        a.keep_if_fits(a.beside(tub, bath.shower_curtain(rng, 0.5), (0, 1), 0.01, 0.0, -0.45))
    cabinet = a.against_wall(bath.vanity(rng))
    if cabinet is not None:
        a.stand_on(cabinet, bath.basin(rng), 0, at=(0.0, 0.0), spread=0.0)
        hang_over(a, cabinet, decor.mirror(rng, float(a.placed[cabinet].model.size[0]) - 0.15), 0.35)
        scatter(
            a, cabinet, [bath.soap_dispenser, *some(rng, (tableware.cup, tableware.bottle, decor.small_plant), 1, 2)]
        )
    seat = a.against_wall(bath.toilet(rng))
    if seat is not None:
        place = a.placed[seat]
        beside = place.position + place.rotation @ (0.45, 0.0, 0.0)
        side = a.side_behind(seat)
        hang(a, bath.toilet_paper(rng), 0.68, (side,), float(beside[0 if side in ("south", "north") else 1]))
        scatter(a, seat, some(rng, (decor.small_plant, tableware.bottle), 0, 1))
    machine = a.against_wall(kitchen.washing_machine(rng))
    scatter(a, machine, some(rng, (clutter.basket, tableware.bottle, bed.blanket), 1, 2))
    for _ in range(2):
        hang(a, bath.towel(rng), float(rng.uniform(0.85, 1.05)))
    along_walls(a, [bed.laundry_basket, clutter.trash_can, *some(rng, (bath.scale, decor.plant, seating.stool), 1, 2)])
