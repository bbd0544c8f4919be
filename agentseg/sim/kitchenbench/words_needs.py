"""Everyday situations in which somebody asks for a use; more of them than stand with the uses."""

from __future__ import annotations

from agentseg.sim.kitchenbench.words import Rows, rows

NEEDS: dict[str, Rows] = {
    use: rows(block)
    for use, block in {
        "drinking": """
            I'm so thirsty. Is there anything here to drink from?
            it's hot today and I'm thirsty, what can I drink from?
            a guest asks for a drink, what could she drink from? / we want to say cheers, what can we drink from?
            what would you lift to your lips when you're thirsty? / I'd like some juice; what shall I drink it from?
        """,
        "drinking coffee": """
            there's fresh coffee in the pot, what can I drink it from?
            someone hands me coffee, what do I want it in? / I just woke up and want to drink coffee, what do I grab?
            what would a barista serve my latte in? / time for a coffee break: what do I drink mine from?
            my coffee is brewed, where should it be poured so I can sip it?
        """,
        "drinking water": """
            the doctor says to drink more water, what shall I drink it from?
            I have a dry cough, what can I sip water from? / after my run I need water, what can I drink it from?
            the soup was salty, what can I drink some water from?
        """,
        "pouring": """
            my guest's cup is empty, what can I pour from? / I want to refill a drink: what would I tip?
            which of these would you tilt to let a liquid run out? / what would a waiter pour drinks from?
        """,
        "boiling water": """
            I want instant noodles, what can I boil the water in?
            the pasta needs boiling water, what do I boil it in?
            I need to boil an egg: what could hold the boiling water?
            in what could I bring two litres of water to the boil?
        """,
        "making coffee": """
            I'm tired and could do with a coffee, what can I make it with?
            it's early and I need coffee, what brews it? / six people want coffee after lunch: what makes it?
            what do I switch on for a fresh coffee?
        """,
        "making tea": """
            it's four o'clock, time for tea: what do I need to heat the water?
            I have a sore throat and want tea, what boils the water?
            grandma would like a cup of tea, what do I boil the water in?
            what would I fill and heat for a pot of tea?
        """,
        "cooking": """
            the guests come at seven and nothing is cooked, what can I cook with?
            I bought fresh vegetables: what can I cook them with? / it's my turn to make dinner, what can I cook with?
            what could a chef use here to cook a meal?
        """,
        "frying": """
            breakfast calls for bacon and eggs, what do I fry them in?
            the fish should get a crispy skin, what do I fry it in?
            I fancy a grilled cheese sandwich, what do I fry it in? / it's pancake day, what do I need?
            the onions should turn golden, in what?
        """,
        "heating food": """
            my soup is getting cold, what can I warm it with?
            there's pizza left from last night, what can heat it up?
            the baby's food has to be warm, what can heat it? / I came home late and dinner is cold, what warms it up?
            where could I warm up a plate of stew?
        """,
        "toasting": """
            I have two slices of white bread and want them brown, where do they go?
            breakfast without toast? what do I use to make some?
            what would you put slices of bread into in the morning? / my bagel should be crunchy, what can do that?
            I smell burnt bread, where does that come from? / what turns soft bread crisp?
        """,
        "eating": """
            I want something healthy, what can I eat? / the kids need a snack, what can they eat?
            what could I put in a lunch box? / I'm starving, is there anything edible?
            what here could you take a bite of? / I'm on a diet, what can I snack on?
            what would go bad if nobody ate it?
        """,
        "eating with": """
            the pasta is on the table, what can I eat it with? / what goes next to the plate when the table is laid?
            I need something to eat my dinner with, what is there? / my steak is served: what do I eat it with?
        """,
        "eating soup": """
            there's tomato soup for dinner, what do I need to eat it?
            I have a cold and want chicken soup, what do I eat it with and from?
            what does one need to eat a hot soup properly?
        """,
        "eating from": """
            the salad is made, what can we eat it from? / lunch is ready and the table is bare, what can I eat from?
            I have a takeaway but nothing to eat it from, what could I use?
            what can I put my slice of cake on or in to eat it?
        """,
        "serving": """
            the guests are seated, what can I serve the food on or in? / the meal is done, what could I serve it with?
            the dinner is ready, what do I serve it in or on?
            I want to bring the food to the table in style, what can I serve it on or in?
        """,
        "squeezing juice": """
            I have a cold and want vitamin C from fresh juice, what do I squeeze?
            what would you cut in half and squeeze for juice? / what ends up in the juicer in the morning?
            I'd like a glass of freshly pressed juice, from what?
        """,
        "cutting": """
            the bread is still in one piece, what can I cut it with? / I have to open a bag, what is sharp enough?
            what could I slice this tomato with? / what here would be dangerous for a toddler because of its blade?
            the salad needs chopped cucumber, what do I cut it with? / it's my birthday, what do I cut the cake with?
        """,
        "cutting on": """
            mum says not to cut on the bare counter, so on what? / I want to dice an onion, on what should I do it?
            what goes between the knife and the counter? / where would you put a loaf to slice it?
        """,
        "stirring": """
            my sugar is at the bottom of the cup, what can I stir it with?
            the risotto must be stirred all the time, with what? / the soup needs a stir, what can I use?
            what could I mix the dough with?
        """,
        "flipping": """
            the pancake has to be turned over, what can I use? / my fried egg is stuck, what do I flip it with?
            the fish needs turning, what with? / what would you slide under a burger to turn it?
        """,
        "scooping": """
            I want to get the peas out of the pot, what can I scoop them with?
            the sugar is in the jar, what can I scoop it out with?
            I'd like a bit of the jam, what do I scoop it up with? / what could I scoop ice cream with?
        """,
        "holding food": """
            I've cut up the vegetables, where could I put them for now, what holds them?
            where can I lay this sandwich so that it's off the counter?
            the meat is done, what can I put it on or in? / what could I put these snacks on or in?
        """,
        "holding liquid": """
            it's raining in, what could I catch the drops in?
            I have leftover sauce, what would hold it without leaking? / what could I fill up to the brim with water?
            I need to put a litre of milk somewhere, what can hold it?
        """,
        "cleaning": """
            the stove is covered in grease, what can I clean it with?
            my parents visit tonight and the kitchen is dirty, what can I clean with?
            there's a stain on the counter, what gets rid of it? / what would a cleaner use here?
            the counter needs a clean, what can I use?
        """,
        "washing hands": """
            I've been gardening, what do I need to get my hands clean?
            dinner is ready but my fingers are dirty, what do I need?
            there is grease on my hands, what helps me wash it off?
            what do I use so that my hands get clean and germ-free?
        """,
        "washing dishes": """
            the dishwasher is broken, what do I need to do the dishes by hand?
            we've run out of clean plates, what do I need to wash some?
            these pans are filthy, what do I wash them with and where?
            after the party someone has to wash up, what is needed?
        """,
        "wiping": """
            I dropped an egg, what can I wipe it up with? / juice is running off the counter, what can soak it up?
            the table is wet, what can I wipe it with? / there's flour on the worktop, what do I wipe it off with?
            what absorbs a spill?
        """,
        "drying": """
            I've rinsed an apple and it's dripping, what can I dry it with?
            my hands are dripping, what could I dry them on? / the glasses come out of the water wet, what dries them?
            what could I use in place of a tea towel to dry things?
        """,
        "getting water": """
            the plants are thirsty, where do I get water? / I need a litre of water, where does it come from?
            where would I rinse a lettuce? / I want to wash an apple, where is running water?
            where do I fill a jug with water?
        """,
        "putting flowers in": """
            my date brought roses, where can I put them? / the vase broke, what else can I stand flowers in?
            it's mother's day and I have a bunch of daisies, what do I put them in?
            what could keep cut flowers from wilting?
        """,
    }.items()
}  # fmt: skip
"""Whole sentences by use."""
