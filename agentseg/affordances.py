"""The affordance table: what a use ("drinking", "cutting") can be served by, in order of fitness.

A definition, shared by plans (``find for drinking``) and by the truth of the kitchen's queries; ours, made by hand.
Keys are what a plan writes: one to three words, a verb in -ing first where there is one. Families ("fruit") are
written in the same place.
"""

from __future__ import annotations

USES: dict[str, tuple[str, ...]] = {
    "drinking": ("mug", "glass", "cup", "bottle", "can", "wine glass", "carton"),
    "drinking coffee": ("mug", "cup"),
    "drinking water": ("glass", "mug", "cup", "bottle"),
    "pouring": ("kettle", "bottle", "carton", "pot", "jug", "pitcher", "coffee maker"),
    "boiling water": ("kettle", "pot"),
    "making coffee": ("coffee maker", "kettle"),
    "making tea": ("kettle", "teapot"),
    "cooking": ("pan", "pot", "stove", "microwave", "oven", "wok"),
    "frying": ("pan", "wok"),
    "heating food": ("microwave", "oven", "stove", "pan", "pot"),
    "toasting": ("toaster", "oven"),
    "baking": ("oven", "baking tray"),
    "cutting": ("knife", "scissors"),
    "cutting on": ("cutting board",),
    "eating": (
        "apple",
        "banana",
        "orange",
        "sandwich",
        "cake",
        "pizza",
        "donut",
        "carrot",
        "broccoli",
        "bread",
        "hot dog",
    ),  # fmt: skip
    "eating with": ("fork", "spoon", "knife", "chopsticks"),
    "eating soup": ("spoon", "bowl"),
    "eating from": ("plate", "bowl"),
    "serving": ("plate", "bowl", "tray"),
    "stirring": ("spoon", "spatula", "fork"),
    "flipping": ("spatula",),
    "scooping": ("spoon", "ladle"),
    "squeezing juice": ("orange", "lemon"),
    "peeling": ("banana", "orange", "knife"),
    "holding food": ("plate", "bowl", "pan", "pot", "cutting board", "tray"),
    "holding liquid": ("mug", "glass", "bottle", "kettle", "pot", "bowl", "cup", "can", "carton"),
    "cleaning": ("sponge", "paper towel", "soap dispenser", "cloth", "brush", "broom"),
    "washing hands": ("soap dispenser", "sink"),
    "washing dishes": ("sponge", "sink", "soap dispenser"),
    "wiping": ("paper towel", "sponge", "cloth", "towel"),
    "drying": ("paper towel", "towel", "cloth", "hair drier"),
    "getting water": ("sink", "faucet"),
    "grasping": ("robot gripper", "hand"),
    "keeping cool": ("refrigerator", "fridge"),
    "sitting": ("chair", "couch", "bench", "sofa", "stool"),
    "sleeping": ("bed", "couch", "sofa"),
    "typing": ("keyboard", "laptop", "computer"),
    "reading": ("book", "newspaper", "magazine"),
    "writing": ("pen", "pencil"),
    "watching": ("tv", "television", "screen", "laptop"),
    "calling": ("cell phone", "phone", "telephone"),
    "telling the time": ("clock", "watch", "cell phone"),
    "travelling": ("car", "bus", "train", "truck", "bicycle", "motorcycle", "airplane", "boat"),
    "keeping dry": ("umbrella", "raincoat"),
    "carrying things": ("backpack", "handbag", "suitcase", "bag", "basket"),
    "brushing teeth": ("toothbrush",),
    "lighting": ("lamp", "light", "candle"),
    "putting flowers in": ("vase", "glass", "bottle"),
}
"""Labels that serve a use, the fittest first."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "fruit": ("apple", "banana", "orange", "lemon", "pear", "strawberry"),
    "cutlery": ("knife", "fork", "spoon", "chopsticks"),
    "crockery": ("plate", "bowl", "mug", "cup", "saucer"),
    "cookware": ("pan", "pot", "kettle", "wok"),
    "appliances": ("toaster", "microwave", "coffee maker", "blender"),
    "drinking vessels": ("mug", "glass", "cup", "wine glass"),
    "surroundings": ("stove", "sink", "robot gripper", "counter", "wall", "floor"),
}
"""What people name by one word, and what stands around things ("a = find for surroundings; except a" leaves things).

A plan names a family as it names a use: it then need not spell labels that a twin may lack.
"""


def labels_for(use: str) -> tuple[str, ...]:
    """Labels that serve a use or are of a family; an unknown word serves itself as a label ("find for mug")."""
    return USES.get(use) or FAMILIES.get(use, (use,))
