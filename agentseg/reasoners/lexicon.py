"""The words that the rules reasoner knows: names of things, uses, colours, relations, superlatives. Ours, made by hand."""

from __future__ import annotations

import re

from agentseg.pattern import COLOURS as NAMED_COLOURS

SYNONYMS: dict[str, tuple[str, ...]] = {
    "cup": ("mug", "cup"), "teacup": ("mug",), "coffee cup": ("mug",), "tumbler": ("glass",), "goblet": ("glass",),
    "wine glass": ("glass", "wine glass"), "wineglass": ("glass",), "water bottle": ("bottle",), "flask": ("bottle",),
    "tea kettle": ("kettle",), "teapot": ("kettle",), "frying pan": ("pan",), "skillet": ("pan",), "fry pan": ("pan",),
    "saucepan": ("pot",), "cooking pot": ("pot",), "stockpot": ("pot",), "dish": ("plate", "bowl"), "saucer": ("plate",),
    "chopping board": ("cutting board",), "board": ("cutting board",), "blade": ("knife",), "turner": ("spatula",),
    "oven": ("microwave", "oven"), "microwave oven": ("microwave",), "coffee machine": ("coffee maker",),
    "espresso machine": ("coffee maker",), "coffeemaker": ("coffee maker",), "coffee pot": ("coffee maker",),
    "tin": ("can",), "soda can": ("can",), "soda": ("can",), "tin can": ("can",), "food can": ("can",), "soup can": ("can",),
    "beer can": ("can",), "metal can": ("can",), "can of food": ("can",), "tin of food": ("can",), "can of soup": ("can",),
    "tin of soup": ("can",), "can of soda": ("can",), "carton of milk": ("carton",), "carton of juice": ("carton",),
    "cardboard carton": ("carton",), "drink carton": ("carton",), "drinks carton": ("carton",), "tetra pak": ("carton",),
    "tetra pack": ("carton",), "tetrapak": ("carton",), "fish slice": ("spatula",), "flipper": ("spatula",),
    "pancake turner": ("spatula",), "pancake flipper": ("spatula",), "egg flipper": ("spatula",), "kitchen paper": ("paper towel",),
    "kitchen paper roll": ("paper towel",), "roll of kitchen paper": ("paper towel",), "roll of paper": ("paper towel",),
    "kitchen towel": ("paper towel", "towel"), "kitchen towel roll": ("paper towel",), "dish soap": ("soap dispenser",),
    "dish soap bottle": ("soap dispenser",), "bottle of dish soap": ("soap dispenser",), "bottle of soap": ("soap dispenser",),
    "bottle of hand soap": ("soap dispenser",), "pump bottle of soap": ("soap dispenser",), "soap pump bottle": ("soap dispenser",),
    "hand soap dispenser": ("soap dispenser",), "liquid soap dispenser": ("soap dispenser",), "liquid soap": ("soap dispenser",), "milk carton": ("carton",), "milk": ("carton",), "juice box": ("carton",),
    "juice carton": ("carton",), "box": ("carton", "box"), "kitchen roll": ("paper towel",), "paper roll": ("paper towel",),
    "paper towel roll": ("paper towel",), "towel roll": ("paper towel",), "towel": ("paper towel", "towel"),
    "roll of paper towel": ("paper towel",), "soap": ("soap dispenser",), "soap bottle": ("soap dispenser",),
    "people": ("person",), "man": ("person",), "men": ("person",), "woman": ("person",), "women": ("person",), "player": ("person",),
    "rider": ("person",), "ball": ("ball", "sports ball"), "vehicle": ("car", "bus", "truck", "train", "motorcycle", "bicycle"),
    "hand soap": ("soap dispenser",), "soap pump": ("soap dispenser",), "gripper": ("robot gripper",), "robot": ("robot gripper",),
    "robot arm": ("robot gripper",), "robot hand": ("robot gripper",), "arm": ("robot gripper",), "claw": ("robot gripper",),
    "hand": ("robot gripper", "hand"), "manipulator": ("robot gripper",), "basin": ("sink",), "tap": ("sink",), "faucet": ("sink",),
    "hob": ("stove",), "cooker": ("stove",), "cooktop": ("stove",), "stovetop": ("stove",), "burner": ("stove",),
    "hotplate": ("stove",), "scrubber": ("sponge",), "fruit": ("apple", "banana", "orange"),
    "piece of fruit": ("apple", "banana", "orange"), "citrus fruit": ("orange",), "citrus": ("orange",),
    "cutlery": ("knife", "fork", "spoon"), "silverware": ("knife", "fork", "spoon"), "flatware": ("knife", "fork", "spoon"),
    "utensil": ("fork", "spoon", "knife", "spatula"), "kitchen utensil": ("fork", "spoon", "knife", "spatula"),
    "appliance": ("toaster", "microwave", "coffee maker", "kettle"), "kitchen appliance": ("toaster", "microwave", "coffee maker", "kettle"),
    "electrical appliance": ("toaster", "microwave", "coffee maker", "kettle"), "machine": ("toaster", "microwave", "coffee maker"),
    "crockery": ("plate", "bowl", "mug"), "tableware": ("plate", "bowl", "mug", "glass"), "dishware": ("plate", "bowl", "mug"),
    "cookware": ("pan", "pot"), "drinking vessel": ("mug", "glass"), "vessel": ("mug", "glass", "bowl", "pot", "kettle", "bottle"),
    "container": ("bottle", "can", "carton", "bowl", "pot", "mug", "glass"), "drink": ("bottle", "can", "carton"),
    "beverage": ("bottle", "can", "carton"), "food": ("apple", "banana", "orange"), "snack": ("apple", "banana", "orange"),
    "cleaning supply": ("sponge", "paper towel", "soap dispenser"), "cleaning thing": ("sponge", "paper towel", "soap dispenser"),
}  # fmt: skip
"""Other words for labels, and words for groups of labels."""

FIXTURES = ("sink", "stove", "robot gripper")
"""What "everything" does not mean: the kitchen itself and the robot's own hand."""

USE_WORDS: tuple[tuple[str, str], ...] = (
    (r"rins\w* .*\bhands?\b|running water|fresh water", "washing hands"),
    (r"squeez\w*|(fresh )?juice (from|out of)|fresh juice", "squeezing juice"),
    (r"caffeine|barista|cappuccino|latte", "making coffee"),
    (r"(make|brew|prepare)\w* (me )?(some |a |fresh )*(coffee|espresso)", "making coffee"),
    (r"(drink|sip|have|hold|serve|pour)\w* .*\b(coffee|tea|cocoa|hot chocolate|espresso)\b|(coffee|tea) (goes|would go) in", "drinking coffee"),
    (r"boil|make\w* .*\btea\b|heat\w* (up )?(some )?water|hot water", "boiling water"),
    (r"toast|brown\w* .*bread|slices? of bread", "toasting"),
    (r"fry|fried|sear|omelet|pancakes?|scrambled|eggs?\b", "frying"),
    (r"(warm|heat|reheat|defrost)\w*", "heating food"),
    (r"(wash|clean|rinse|soap)\w* (up )?(my |your |our |the |one s |ones )?hands?", "washing hands"),
    (r"(wash|scrub|clean|do|rinse)\w* (up )?(the |some |dirty )*(dishes|dish|plates?|pans?|pots?|cups?|mugs?)", "washing dishes"),
    (r"dry\b|drying|mop|wipe\w*|spill|soak\w* up|blot", "wiping"),
    (r"clean|scrub|tidy", "cleaning"),
    (r"(cut|chop|slice|dice|prepare vegetables|carve)\w* .*\bon\b|(surface|board|place) .*(cut|chop|slic)\w*", "cutting on"),
    (r"cut|slice|slicing|chop|dice|carve|peel|sharp|stab|dangerous for (a )?(child|kid)", "cutting"),
    (r"(eat|have|scoop|slurp)\w* .*\b(soup|cereal|yogh?urt|ice cream)\b .*with|soup .*\bwith\b|scoop", "scooping"),
    (r"(eat|have|serve|pour|hold|put)\w* .*\b(soup|cereal|salad|porridge|oatmeal)\b", "bowl"),
    (r"(eat|pick up|twirl|stab)\w* .*\b(with|pasta|spaghetti|noodles)\b|pasta|spaghetti", "eating with"),
    (r"(eat|serve|put)\w* .*\b(from|off|on|out of)\b", "eating from"),
    (r"\beat\b|eating|edible|hungry|snack|bite|vitamin|healthy|juicy|grow\w* on trees?", "eating"),
    (r"flip|turn over", "flipping"),
    (r"stir|mix", "stirring"),
    (r"simmer|stew|cook|soup|broth", "cooking"),
    (r"\bpour", "pouring"),
    (r"(drink|sip)\w* .*\bwater\b|water to drink", "drinking water"),
    (r"drink|sip\b|thirst|quench", "drinking"),
    (r"(fill|get|run|draw)\w* .*\bwater\b", "getting water"),
    (r"(grasp|grab|pick)\w* (things|something|objects)", "grasping"),
    (r"serv\w*", "serving"),
    (r"\bsit\b|sitting", "sitting"), (r"sleep|lie down|nap\b", "sleeping"), (r"\btyp(e|ing)\b", "typing"), (r"\bread", "reading"),
    (r"\bwrit", "writing"), (r"\bwatch", "watching"), (r"rain|stay\w* dry|keep\w* .*dry", "keeping dry"),
    (r"brush\w* .*teeth", "brushing teeth"), (r"what time|tell\w* .*time", "telling the time"), (r"\bcall\b|phone", "calling"),
    (r"drive|ride to", "travelling"), (r"flowers?", "putting flowers in"),
)  # fmt: skip
"""Patterns of what one might want to do, the more special first, and the use (or label) that serves it."""

COLOURS: dict[str, str] = {
    **{name: name for name in NAMED_COLOURS},
    "gray": "grey", "silver": "grey", "steel": "grey", "metallic": "grey", "violet": "purple", "golden": "yellow",
    "crimson": "red", "scarlet": "red", "navy": "blue", "turquoise": "blue", "teal": "green", "magenta": "pink", "beige": "brown",
    "wooden": "brown", "tan": "brown", "dark": "black",
}  # fmt: skip

HINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"coffee|espresso", ("coffee maker",)),
    (r"sheets?|absorb\w*|tear\w* off|paper", ("paper towel",)),
    (r"monkeys?", ("banana",)),
    (r"flames?|glow\w*|burn\w*|rings", ("stove",)),
    (r"lather|foam|bubbles", ("soap dispenser",)),
    (r"bread|crumbs|crisp\w*", ("toaster",)),
    (r"leftovers|popcorn|microwav\w*", ("microwave",)),
    (r"whistl\w*|steam\w*", ("kettle",)),
    (r"plumb\w*|drain\w*", ("sink",)),
    (r"vitamins?|doctor", ("orange", "apple")),
    (r"milk|juice", ("carton",)),
    (r"soup|cereal|salad", ("bowl",)),
    (r"wine|beer|lemonade|cola", ("glass", "bottle")),
)
"""Words that hint at a thing, tried where nothing else was understood."""

IDIOMS = re.compile(
    r"\b(?:in total|in all|altogether|in sight|in (?:the )?(?:picture|scene|image|frame|photo|video|clip|view|kitchen|room)|in here|in this (?:\w+)"
    r"|right now|at the moment|by now|by the end|in pieces|in use|in a row|in the row|for me|for us|on show|around here|of all|at all|by itself|on its own|by hand|in front(?= ?$)"
    r"|over the (?:counter|worktop|table))\b"
)
"""Phrases whose prepositions relate nothing."""

RELATIONS: tuple[tuple[str, str], ...] = (
    (r"(?:to the |on the |at the |just )?left(?:-hand)?(?: side)? of|left of", "left_of"),
    (r"(?:to the |on the |at the |just )?right(?:-hand)?(?: side)? of|right of", "right_of"),
    (r"in front of|before|nearer (?:to me )?than|closer (?:to (?:me|us|the camera) )?than", "in_front_of"),
    (
        r"partly hidden by|hidden by|blocked by|obscured by|occluded by|covered (?:up )?by|partly behind|hidden behind|peeking out from behind",
        "occluded_by",
    ),
    (r"behind|in back of|at the back of|further (?:away |back )?than|farther (?:away |back )?than|beyond", "behind"),
    (
        r"(?:being |currently )?(?:held|carried|gripped|grasped|grabbed|lifted|clutched)(?: up)? by|in the (?:hand|grip|grasp|claw|fingers) of",
        "held_by",
    ),
    (r"holding|carrying|gripping|grasping", "holding"),
    (r"sitting in|standing in|lying in|placed in|inside of|inside|within|in", "inside"),
    (r"containing|contains|filled with|with", "contains"),
    (r"on top of|sitting on|standing on|lying on|resting on|placed on|atop|upon|on", "on"),
    (r"higher than|above|over", "above"),
    (r"lower than|below", "below"),
    (r"underneath|beneath|supporting|under", "under"),
    (r"(?:right |just )?next to|beside|adjacent to|alongside|near to|near|close to|by|around", "next_to"),
    (r"overlapping|touching", "overlapping"),
)
"""Patterns of relational phrases, the more special first."""

SUPERLATIVES: tuple[tuple[str, str, str], ...] = (
    (r"leftmost|left-most|(?:furthest|farthest|most) (?:to the )?left|(?:at|on) the (?:far |extreme |very )?left(?: end| side| edge)?(?! of)|far left|the left(?: hand)? (?!of|side|end|edge|hand)(?=\w)", "x", "min"),
    (r"rightmost|right-most|(?:furthest|farthest|most) (?:to the )?right|(?:at|on) the (?:far |extreme |very )?right(?: end| side| edge)?(?! of)|far right|the right(?: hand)? (?!of|side|end|edge|hand)(?=\w)", "x", "max"),
    (r"topmost|uppermost|highest(?: up)?", "y", "min"),
    (r"lowest|bottommost|lowermost", "y", "max"),
    (r"tallest|taller(?! than)", "height", "max"), (r"shortest", "height", "min"), (r"widest|broadest|longest", "width", "max"), (r"narrowest|thinnest", "width", "min"),
    (r"biggest|largest|greatest|(?:bigger|larger)(?! than)|bulkiest|most massive|roomiest|most (?:room|space|capacity|volume)|holds? the most", "real_size", "max"), (r"smallest|tiniest|littlest|smaller(?! than)", "real_size", "min"),
    (r"(?:at|in|on|to) the (?:very )?front(?! of)|(?:the )?front(?: one)?(?! of)\b|(?:nearest|closest)(?: (?:to|from) (?:me|us|you|the camera|the viewer|the robot s? ?camera))?|frontmost|foremost", "depth", "min"),
    (r"(?:at|in) the (?:very )?(?:back|rear)(?! of)|(?:farthest|furthest|most distant|remotest)(?: (?:away|back))?(?: from (?:me|us|you|the camera|the viewer))?|rearmost|deepest", "depth", "max"),
    (r"fastest|quickest", "speed", "max"), (r"slowest", "speed", "min"),
)  # fmt: skip
"""Patterns of superlatives, with the measure and the end that wins."""

MOTION: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"(?:does not|do not|did not|never|not|without) (?:move|moving|moved|shift|budge|change (?:its |their )?place)|stay\w* (?:still|put|in place|where)|stationary|motionless|still the whole time|kept still",
        ("filter displacement lt 5",),
    ),
    (
        r"not (?:there|visible|in view|present|seen|yet)(?: \w+)*? (?:at (?:the )?(?:start|first|beginning)|in the first frame|from the start)",
        ("filter first_seen gt {first}",),
    ),
    (r"(?:last|latest)(?: \w+)? to (?:appear|arrive|come|enter|show)", ("rank first_seen max",)),
    (
        r"disappear\w*|vanish\w*|leav(?:e|es|ing)|left (?:the|view|during|us)|go(?:es|ing)? (?:out|away|missing)|went (?:out|away|missing)|gone|no longer (?:there|visible|in view|see)\w*|(?:lose|lost) sight|out of sight|not there any ?more|got lost",
        ("filter last_seen lt {last}",),
    ),
    (
        r"appear\w*|show\w* up|com(?:es|ing|e) (?:in|into)|came (?:in|into)|enter\w*|arriv\w*|newcomers?|newly|turn\w* up|joins?|joined|put down|set down",
        ("filter first_seen gt {first}",),
    ),
    (
        r"(?:mov|travel|shift|slid)\w*(?: \w+){0,2} (?:the )?(?:most|furthest|farthest|longest)|ended up (?:farthest|furthest)|longest (?:way|path|distance|trip)",
        ("rank displacement max",),
    ),
    (r"(?:mov|travel|shift|slid)\w*(?: \w+){0,2} (?:the )?(?:fastest|quickest)", ("rank speed max",)),
    (
        r"mov(?:e|es|ed|ing)|travel\w*|slid(?:e|es|ing)?|shift\w*|roll(?:s|ed|ing)|push\w*|drag(?:s|ged|ging)|relocat\w*|displac\w*|carr(?:y|ies|ied|ying)|handl(?:e|es|ed|ing)|chang\w* (?:its |their )?(?:place|position)|in motion|taken|brought",
        ("filter displacement gt 8",),
    ),
)
"""Patterns of words about motion and time in clips, the more special first, and the steps they ask for."""

COMPARATIVES: tuple[tuple[str, str, str], ...] = (
    (r"(?:bigger|larger|greater) than", "real_size", "gt"), (r"smaller than", "real_size", "lt"),
    (r"taller than", "height", "gt"), (r"shorter than", "height", "lt"), (r"wider than", "width", "gt"), (r"narrower than", "width", "lt"),
)  # fmt: skip

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "both": 2, "couple": 2, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
}  # fmt: skip

ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "first": 1, "1st": 1,
}  # fmt: skip
