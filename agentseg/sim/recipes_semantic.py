"""Questions about what a thing is for: no object is named."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import Found, Recipe, need
from agentseg.sim.story import Story


def _for(labels: str, *texts: str, unclear: str = "", plan: str = "") -> Recipe:
    """Things of some labels; the scene must not show any of the unclear ones."""
    wanted = [label.strip() for label in labels.split(",")]
    doubtful = [label.strip() for label in unclear.split(",") if label]

    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        need(not doubtful or not view.find(doubtful))
        need(len(view.find(wanted)) <= 5)
        return Found(view.find(wanted), plan or f"find {', '.join(wanted)}; answer")

    return Recipe("semantic", texts, solve)


SEMANTIC: tuple[Recipe, ...] = (
    _for(
        "mug",
        "1:the thing I could drink my coffee from",
        "+:all the cups somebody could pour hot coffee into",
        unclear="glass",
    ),
    _for(
        "kettle, pot",
        "something to boil water in",
        "what could I heat a litre of water in on the hob?",
        plan="find for boiling water; answer",
    ),
    _for(
        "pan",
        "1:I want to fry an egg. What do I need?",
        "1:what would you make pancakes in?",
        plan="find for frying; answer",
    ),
    _for(
        "toaster",
        "1:the machine that browns slices of bread",
        "1:where do my slices of bread go if I like them crunchy?",
        plan="find for toasting; answer",
    ),
    _for(
        "microwave",
        "1:what would warm up yesterday's leftovers in two minutes?",
        "1:the appliance you must never put metal into",
    ),
    _for(
        "coffee maker", "1:I need caffeine, which machine do I switch on?", "1:the appliance that brews a morning drink"
    ),
    _for(
        "knife",
        "1:careful, which thing here could cut me?",
        "1:something sharp enough to slice bread",
        "+:everything with a sharp blade",
        plan="find for cutting; answer",
    ),
    _for(
        "cutting board",
        "1:what should go under the tomatoes before I chop them?",
        "1:a surface to chop on that protects the counter",
        plan="find for cutting on; answer",
    ),
    _for(
        "apple, banana, orange",
        "anything that could go into a fruit salad",
        "+:what here counts towards my five a day?",
        "+:show me all the fruit",
    ),
    _for(
        "banana",
        "1:the snack that monkeys are said to love",
        "1:the fruit that is peeled from the top and bent like a bow",
    ),
    _for("apple", "1:one of these a day keeps the doctor away"),
    _for("orange", "1:I'd like to squeeze fresh juice, what do I take?", "1:a citrus fruit"),
    _for(
        "spatula",
        "1:what do I flip a pancake with?",
        "1:the tool for turning burgers",
        plan="find for flipping; answer",
    ),
    _for(
        "knife, fork, spoon",
        "+:what belongs in the cutlery drawer?",
        "+:I'm laying the table, which cutlery is there already?",
    ),
    _for("spoon", "1:what would I eat my soup with?", "1:something to stir sugar into tea"),
    _for("fork", "1:what would you twirl spaghetti with?"),
    _for("sponge", "1:what would I scrub a burnt pan with?"),
    _for("sponge, paper towel", "what would soak up spilled milk?"),
    _for("paper towel", "1:the roll you tear sheets off", "1:is there something disposable to wipe the counter with?"),
    _for("soap dispenser", "1:my hands are sticky, what do I press?", "1:what gives foam when you push its head down?"),
    _for("can", "1:food for which a tin opener is needed", "+:everything that was sealed in tin"),
    _for("bowl", "1:what could I eat my cereal from?", "+:dishes deep enough for a soup", unclear="pot"),
    _for(
        "plate", "1:a flat dish for a slice of cake", "+:what would you serve sandwiches on?", unclear="cutting board"
    ),
    _for(
        "glass",
        "1:the see-through thing to drink from",
        "+:fragile things made for drinking water or wine",
        unclear="bottle",
    ),
    _for("mug, glass", "+:everything somebody could be drinking from at breakfast, bottles and packs aside"),
    _for("sink", "1:where could I rinse my hands under running water?", "1:the place with a tap"),
    _for("stove", "1:where would a pan get hot?", "1:don't touch this one while its rings glow"),
    _for("robot gripper", "1:which part of the robot can we see?", "1:the metal hand"),
    _for("pan, pot", "+:cookware meant for a burner", unclear="kettle"),
    _for("toaster, microwave, coffee maker", "+:everything here that has a plug", unclear="kettle"),
)
"""Recipes of the category semantic."""
