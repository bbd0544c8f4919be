"""What people want to get done, by use: to follow "I want to", "to be used to", "if I had to"."""

from __future__ import annotations

from agentseg.sim.kitchenbench.words import Rows, rows

AIMS: dict[str, Rows] = {
    use: rows(block)
    for use, block in {
        "drinking": "have a drink / drink something / quench my thirst / drink / have a sip of something / get a drink",
        "putting flowers in": "hold flowers / display a bouquet / keep some tulips fresh / show off my roses",
        "squeezing juice": "make fresh juice / make juice / prepare some juice",
        "drinking coffee": """
            drink a cup of coffee / drink my coffee / drink some hot coffee / sip my espresso / enjoy a hot coffee
            have my morning coffee / drink a latte
        """,
        "drinking water": """
            drink some water / drink water / have a sip of water / drink cold water / swallow a pill with water
            sip some water
        """,
        "pouring": """
            pour a liquid / pour something / pour something into a cup / refill a cup / pour out a drink
            top up my cup / pour liquid into something
        """,
        "boiling water": """
            boil water / bring water to the boil / boil some water / heat water until it boils / boil a litre of water
            get some boiling water / boil water for pasta
        """,
        "making coffee": """
            make coffee / brew coffee / make a cup of coffee / brew a fresh coffee / prepare coffee for my guests
            make myself a coffee / get my caffeine fix
        """,
        "making tea": """
            make tea / make a cup of tea / heat water for tea / prepare some tea / brew a pot of tea / make a cuppa
            boil water for my tea
        """,
        "cooking": """
            cook a meal / cook / cook dinner / cook something / prepare a hot meal / cook lunch / make a hot dinner
        """,
        "frying": """
            fry an egg / fry something / fry some bacon / make pancakes / make an omelette / fry eggs
            make scrambled eggs / fry a steak / brown some onions
        """,
        "heating food": """
            heat food / warm up food / heat up my lunch / warm up leftovers / reheat my dinner / heat up a cold meal
            make cold food hot / warm up last night's dinner
        """,
        "toasting": """
            make toast / toast bread / toast a slice of bread / brown some bread / make crunchy toast / toast a bagel
            crisp up a slice of bread / have toast for breakfast
        """,
        "eating with": """
            eat a meal politely / eat without using my fingers / bring food to my mouth / eat my dinner / eat lunch
        """,
        "eating soup": "eat soup / eat a soup / have some soup / eat my soup / eat a hot broth",
        "serving": """
            serve food / serve a meal / serve dinner / serve the guests / dish up the meal / present food to guests
            bring food to the table
        """,
        "cutting": """
            cut something / cut bread / slice bread / chop vegetables / slice a tomato / cut up a cucumber
            cut an onion / cut a cake / dice a carrot / chop an onion / slice a loaf
        """,
        "cutting on": """
            protect the counter while cutting / keep the counter free of scratches while chopping
            save the counter from the blade
        """,
        "stirring": """
            stir something / stir the soup / stir a sauce / mix the batter / stir my tea / stir the stew
            stir in some sugar
        """,
        "flipping": """
            flip a pancake / turn over a pancake / flip pancakes / turn a burger over / flip an egg / turn the burgers
            turn an omelette over
        """,
        "scooping": """
            scoop something / scoop up some sugar / scoop rice / scoop some ice cream / scoop up sauce
            scoop out some jam / ladle some soup
        """,
        "holding liquid": """
            hold a liquid / hold water / store a liquid / keep a liquid in / contain a liquid / catch dripping water
        """,
        "holding food": "hold food / hold some food / hold a meal / keep food off the counter",
        "cleaning": """
            clean the kitchen / clean something / clean up a mess / get the counter clean / clean the counter
            get rid of dirt / clean a dirty table
        """,
        "washing hands": "wash my hands / clean my hands / get my hands clean / wash sticky hands / wash dirty hands",
        "washing dishes": """
            wash the dishes / do the dishes / wash up / clean dirty plates / get the dishes clean / wash a dirty plate
        """,
        "wiping": """
            wipe the counter / wipe up a spill / wipe something / soak up spilled milk / mop up a puddle
            wipe off crumbs / clean up spilled juice
        """,
        "drying": """
            dry my hands / dry the dishes / dry something / dry a wet plate / get my hands dry / dry off wet cutlery
            pat something dry
        """,
        "getting water": """
            get water / get some water / fetch water / fill a bottle with water / get fresh water / have running water
        """,
        "grasping": "grasp things / pick things up / grab something",
    }.items()
}  # fmt: skip
"""Purposes that the thing is a means to."""

ASK_AIM: Rows = rows(
    """
    what can I use to {v}? / I want to {v}. What should I use? / what do I use to {v}?
    if I want to {v}, what should I use? / what would you use to {v}? / what could I use if I want to {v}?
    what helps me to {v}? / I'd like to {v}: what should I use? / which thing can be used to {v}?
    what is used to {v}? / I need something to {v} / what could be used to {v}? / what should I use if I had to {v}?
    what would I use to {v}? / I'm going to {v}. What could I use? / what lets me {v}?
    I'm trying to {v}, what can I use? / I want to {v}, what would help?
    suppose you want to {v}: what would you use? / what can help me {v}? / what would somebody use to {v}?
    time to {v}: what can I use? / I have to {v}, what do I take? / what would come in handy to {v}?
    let's say I want to {v}, which thing would I use? / I need to {v}. With what?
    how can I {v}? Show me what to use. / what is there that I can use to {v}? / is there anything I can use to {v}?
    what is used for {ving}? / what's good for {ving}? / what do people use for {ving}?
    what is this kitchen's thing for {ving}? / which thing is meant for {ving}? / I need something for {ving}
    what do you have for {ving}? / is there anything for {ving}? / I feel like {ving}, what do I use?
    I'm in charge of {ving}, what should I use? / what would be useful for {ving}? / what's the best thing for {ving}?
    can you find something for {ving}? / {ving}: what do I use for that? / what suits {ving}?
    find something I can use to {v} / show me what I can use to {v} / what's the right thing to {v}?
    which of these can I use to {v}?
    """
)
"""Questions for a use by the purpose."""

ASK_AIM_THAT: Rows = rows(
    """
    what can I use to {v} that {pred}? / what could I use to {v} that {pred}? / what would I use to {v} that {pred}?
    1:I want to {v}. Which suitable thing {pred}? / 1:of the things I could use to {v}, which one {pred}?
    +:of the things I could use to {v}, which ones {pred}? / 1:to {v} I want to use the thing that {pred}
    I need something to {v} that {pred} / 1:I'd like to {v}: which thing for that {pred}?
    1:to {v}, which thing that fits {pred}? / 1:among the things used to {v}, the one that {pred}
    1:I have to {v}. What suits that and {pred}? / find something used to {v} that {pred}
    is there anything used to {v} that {pred}? / 1:which of the things used to {v} {pred}?
    +:which of the things used to {v} {pred}?
    """
)
"""The same with what the root says of the thing."""

AIMED: Rows = rows(
    """
    used to {v} / for {ving} / used for {ving} / that can be used to {v} / one can use to {v} / you can use to {v}
    I can use to {v} / that [helps|help] to {v} / that people use to {v} / I could use to {v}
    that one would use to {v} / that [lets|let] you {v} / you would use to {v} / that [is|are] used to {v}
    meant for {ving} / that [is|are] for {ving} / good for {ving} / suitable for {ving}
    that [serves|serve] for {ving} / made for {ving} / that you use for {ving} / intended for {ving}
    that people use for {ving} / that [is|are] used for {ving} / that can help me {v}
    """
)
"""A use after a noun: "the thing used to cut bread"."""
