"""What people call the things of the kitchen, their families and their colours."""

from __future__ import annotations

from agentseg.sim.kitchenbench.words import Rows, rows

KINDS: dict[str, Rows] = {
    label: rows(block)
    for label, block in {
        "mug": "mug / cup / coffee mug / coffee cup / tea mug / ceramic mug / teacup / tea cup / drinking cup",
        "glass": "glass / tumbler / drinking glass / water glass / see-through tumbler / clear glass / glass cup",
        "bottle": "bottle / drinks bottle / water bottle / drink bottle / beverage bottle",
        "kettle": "kettle / tea kettle / water kettle / teakettle / tea pot / teapot",
        "pan": "pan / frying pan / skillet / fry pan / frypan / saute pan / shallow pan",
        "pot": "pot / cooking pot / saucepan / stew pot / stockpot / deep pot / casserole / soup pot / sauce pot",
        "plate": "plate / dinner plate / flat dish / serving plate / flat plate / food plate",
        "bowl": "bowl / cereal bowl / soup bowl / salad bowl / mixing bowl / deep dish / food bowl",
        "knife": "knife / kitchen knife / sharp knife / table knife / cutting knife / chef's knife",
        "fork": "fork / dinner fork / table fork / eating fork / metal fork",
        "spoon": "spoon / tablespoon / soup spoon / teaspoon / metal spoon / dinner spoon",
        "spatula": "spatula / turner / fish slice / pancake turner / pancake flipper / egg flipper / flipper",
        "apple": "apple / fresh apple / ripe apple / crunchy apple",
        "banana": "banana / ripe banana / curved banana / unpeeled banana",
        "orange": "orange / citrus fruit / juicy orange / ripe orange / fresh orange",
        "toaster": "toaster / bread toaster / slot toaster / toasting machine / toasting appliance / electric toaster",
        "microwave": "microwave / microwave oven / micro / microwave appliance / electric microwave",
        "cutting board": "cutting board / chopping board / board for cutting / wooden board / chopping block"
        " / kitchen board / carving board / wooden cutting board",
        "sponge": "sponge / dish sponge / scrubbing sponge / kitchen sponge / cleaning sponge / washing-up sponge",
        "can": "can / tin / tin can / food can / metal can / soup can / can of food / tin of food / soda can",
        "carton": "carton / milk carton / juice carton / drinks carton / cardboard carton / tetra pak / carton of milk",
        "paper towel": "paper towel / kitchen roll / paper towel roll / roll of kitchen paper / roll of paper towel"
        " / kitchen paper roll / kitchen towel roll / roll of paper / paper roll",
        "coffee maker": "coffee maker / coffee machine / coffee brewer / coffeemaker / filter coffee machine"
        " / drip coffee maker / espresso machine",
        "soap dispenser": "soap dispenser / soap pump / soap bottle / hand soap dispenser / bottle of dish soap"
        " / pump bottle of soap / dish soap bottle / liquid soap dispenser",
        "robot gripper": """
            robot gripper / gripper / robot hand / robot's hand / robot arm / robot's gripper / robot's arm
            mechanical hand / robot claw / robotic hand / robotic arm / claw / robot
        """,
        "stove": "stove / hob / cooktop / stovetop / cooker / range / stove top / kitchen stove / hotplate",
        "sink": "sink / basin / kitchen sink / wash basin / washbasin / sink basin / kitchen basin",
    }.items()
}  # fmt: skip
"""Names of a class; the first is its label."""

ROLES: dict[str, Rows] = {
    label: rows(block)
    for label, block in {
        "toaster": "what toasts bread / the machine that makes toast / the thing that browns slices of bread"
        " / where the bread slices go to get crunchy / the appliance with slots for bread"
        " / what pops up the toast / the machine for toasting bread / whatever makes the toast",
        "microwave": "the thing that heats leftovers / what warms up leftovers / the appliance that nukes food"
        " / the box that warms food with a turntable / the machine you must not put metal into",
        "coffee maker": "the machine that brews coffee / what brews the coffee / where the fresh coffee comes from"
        " / the appliance that makes coffee / the machine for a cup of joe",
        "cutting board": "the surface for chopping / the board you chop vegetables on / the surface meant for slicing"
        " / what goes under the vegetables when you cut them",
        "sink": "where the water comes from / the place with the tap / where you wash the dishes / where one washes up"
        " / the place for washing up / the place with running water / the basin with the faucet / the tap / the faucet",
        "stove": "the thing we cook on / what you cook on / where the pans get hot / the place with the burners"
        " / the surface with the burners / where one cooks",
        "paper towel": "the roll you tear sheets off / the roll with the paper sheets / the roll of tear-off sheets",
        "soap dispenser": """
            the thing you press for soap / what the hand soap comes out of / the bottle you pump soap from
        """,
        "kettle": """
            what boils the tea water / the vessel that whistles when water boils
            the thing with a spout for hot water
        """,
        "pan": "the thing you fry eggs in / what pancakes are made in / what eggs are fried in",
        "sponge": """
            the thing you scrub dishes with / what one scrubs plates with / the squishy thing for washing dishes
        """,
        "robot gripper": "the metal hand / the part of the robot that grabs things / the robot",
        "banana": "the fruit that monkeys love / the fruit that is bent like a bow / the long curved fruit",
        "spatula": "the tool that flips pancakes / what burgers are turned with",
        "can": "the container you need a tin opener for",
        "fork": "the utensil with prongs / what spaghetti is twirled with",
        "knife": "the one thing with a sharp blade / the utensil with a blade",
        "glass": "the see-through cup",
    }.items()
}  # fmt: skip
"""What some classes do, in place of the name, where one thing is meant."""

GROUPS: dict[str, Rows] = {
    name: rows(block)
    for name, block in {
        "fruit": """
            piece of fruit|pieces of fruit / fruit|fruits / item of fruit|items of fruit / fruit item|fruit items
            bit of fruit|bits of fruit / apple, banana or orange|apples, bananas and oranges
        """,
        "cutlery": "piece of cutlery|pieces of cutlery / piece of silverware|pieces of silverware"
        " / cutlery item|cutlery items / item of cutlery|items of cutlery / piece of flatware|pieces of flatware"
        " / knife, fork or spoon|knives, forks and spoons",
        "crockery": "piece of crockery|pieces of crockery"
        " / item of crockery|items of crockery / mug, plate or bowl|mugs, plates and bowls"
        " / crockery item|crockery items / piece of dishware|pieces of dishware",
        "cookware": "piece of cookware|pieces of cookware / item of cookware|items of cookware"
        " / cooking vessel|cooking vessels / pot, pan or kettle|pots, pans and kettles / cookware item|cookware items",
        "appliances": "appliance|appliances / kitchen appliance|kitchen appliances / kitchen machine|kitchen machines"
        " / electric appliance|electric appliances / electrical appliance|electrical appliances",
        "drinking vessels": "drinking vessel|drinking vessels / cup or glass|cups and glasses"
        " / mug or glass|mugs and glasses / piece of drinkware|pieces of drinkware / drinkware item|drinkware items"
        " / glass or cup|glasses and cups",
    }.items()
}  # fmt: skip
"""Names of a family, singular and plural."""

MASS: dict[str, str] = {
    "fruit": "fruit", "cutlery": "cutlery", "crockery": "crockery", "cookware": "cookware", "appliances": "appliances",
    "drinking vessels": "drinkware",
}  # fmt: skip
"""The family as a mass: "all the cutlery"."""

THINGS: Rows = rows("thing|things / object|objects / item|items / kitchen item|kitchen items")
"""Names of anything at all."""

POSES: dict[str, str] = {
    **dict.fromkeys(("knife", "fork", "spoon", "spatula", "banana", "sponge", "apple", "orange"), "lying"),
    **dict.fromkeys(
        ("mug", "glass", "bottle", "kettle", "pot", "toaster", "microwave", "can", "carton", "coffee maker"), "standing"
    ),
}
"""How a class rests, where it is not just "sitting"."""

COLOURS: dict[str, Rows] = {
    "red": rows("red / bright red"),
    "orange": rows("orange"),
    "yellow": rows("yellow / bright yellow"),
    "green": rows("green"),
    "blue": rows("blue"),
    "purple": rows("purple / violet / lilac"),
    "pink": rows("pink / rosy"),
    "brown": rows("brown"),
    "black": rows("black / jet black"),
    "grey": rows("grey / gray / silver-grey"),
    "white": rows("white / snow-white"),
}
"""Names of a colour."""

COLOUR_LIKE: dict[str, Rows] = {
    "red": rows(
        "the colour of a ripe tomato / the colour of a fire engine / the colour of ketchup / the color of blood"
    ),
    "orange": rows("the colour of a carrot / the colour of a pumpkin / the color of a traffic cone"),
    "yellow": rows("the colour of a lemon / the colour of the sun / the color of a canary"),
    "green": rows("the colour of grass / the colour of spinach / the color of a frog"),
    "blue": rows("the colour of a clear sky / the colour of the sea / the color of blue jeans"),
    "purple": rows("the colour of lavender / the colour of an aubergine / the color of eggplant"),
    "pink": rows("the colour of a flamingo / the colour of bubble gum / the color of a piglet"),
    "brown": rows("the colour of chocolate / the colour of earth / the color of coffee beans"),
    "black": rows("the colour of coal / the colour of the night / the color of soot"),
    "grey": rows("the colour of ash / the colour of an elephant / the color of concrete"),
    "white": rows("the colour of snow / the colour of milk / the color of chalk"),
}
"""Colours by comparison."""

COLOUR_PRED: Rows = rows(
    """
    [is|are] {c} / [is|are] {c} in colour / [is|are] {c} in color / [is|are] {c} / [is|are] coloured {c}
    [looks|look|looked] {c} / [is|are] colored {c} / [has|have] the colour {c} / [has|have] {c} as [its|their] colour
    [comes|come|came] in {c} / [is|are] painted {c}
    """
)
COLOUR_POST: Rows = rows("""
    in {c} / {c} in colour / of {c} colour / with the colour {c} / coloured {c} / painted {c} / colored {c}
    in the colour {c}
""")
NOT_COLOUR_PRED: Rows = rows(
    """
    [is|are] not {c} / [isn't|aren't] {c} / [is|are] any colour but {c} / [is|are] anything but {c}
    [is|are] some other colour than {c} / [has|have] a colour other than {c} / [is|are] not {c} in color
    """
)
NOT_COLOUR_POST: Rows = rows("of any colour but {c} / in a colour other than {c} / of another colour than {c}")
