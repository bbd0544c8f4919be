"""How people ask for things to cook and eat with."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import UseWords, use

FOOD: dict[str, UseWords] = {
    "cooking": use(
        gap="""
            cook with / use for cooking / use to cook a meal / cook a dish with / cook dinner with
            use to prepare a hot meal / make a warm meal with / cook something warm with / make a hot lunch with
        """,
        verb="[is|are] for cooking / [is|are] good for cooking / [is|are] used for cooking / [serves|serve] for cooking"
        " / [is|are] needed to cook a meal",
        need="""
            dinner has to be cooked, what can I use? / I feel like cooking something, what is there to cook with?
            I'm hungry for a hot meal: what can I cook with? / what would a cook use to make a hot meal?
        """,
        why="I want to cook dinner / dinner won't cook itself / I feel like cooking something",
    ),
    "frying": use(
        gap="""
            fry something in / fry an egg in / fry eggs in / make pancakes in / fry bacon in / make an omelette in
            fry a steak in / sear some meat in / fry potatoes in / brown onions in / saute vegetables in / fry with
            make fried eggs in
        """,
        verb="[is|are] for frying / [is|are] good for frying / [is|are] used for frying / [is|are] made for frying eggs"
        " / [fries|fry] eggs",
        need="""
            I want to fry an egg. What do I need? / sunny side up, please: what do the eggs go into?
            what would you make pancakes in? / I'd like an omelette, what do I make it in?
            the bacon should sizzle, in what? / I'm in the mood for scrambled eggs, what do I cook them in?
        """,
        why="I want fried eggs / I'm in the mood for an omelette / I'd like some pancakes / I want to fry some bacon",
    ),
    "heating food": use(
        gap="""
            heat food with / warm food up with / heat up leftovers with / warm up a meal with / use to heat food
            reheat yesterday's dinner with / heat some soup with / warm up some leftovers with
            get cold food hot again with
        """,
        verb="[heats|heat] food / [warms|warm] up food / [is|are] for heating food / [is|are] good for heating food"
        " / [helps|help] to heat food / [is|are] used to warm food",
        need="""
            my lunch has gone cold, what can I heat it with? / these leftovers are cold, what could warm them up?
            I don't want to eat this cold, what can heat it? / what can I use to warm up yesterday's curry?
        """,
        why="my lunch has gone cold / these leftovers are cold / I don't want to eat this cold",
    ),
    "toasting": use(
        gap="""
            toast bread in / toast bread with / make toast with / brown slices of bread in / put bread in for toasting
            toast a bagel in / toast a slice of bread with / get bread crunchy with / make crispy bread with
            put my slices of bread into
        """,
        verb="""
            [toasts|toast] bread / [makes|make] toast / [browns|brown] bread / [is|are] for toasting
            [is|are] good for toasting bread / [turns|turn] bread into toast / [crisps|crisp] up slices of bread
            [is|are] made for toasting
        """,
        need="""
            I'd like toast for breakfast, what do I use? / where do my slices of bread go if I like them crunchy?
            what pops when the bread is done? / where should I put two slices of bread?
            this bread is a bit stale, what could crisp it up? / I like my bread golden brown, where does it go?
        """,
        why="I'd like toast for breakfast / I like my bread crunchy / I want some toast / the bread is a bit stale",
    ),
    "eating": use(
        gap="""
            eat / snack on / munch / bite into / have as a snack / put into a fruit salad / take a bite of / nibble on
            eat raw / have for dessert / eat between meals
        """,
        verb="""
            [is|are] edible / [is|are] for eating / [is|are] good to eat / [makes|make] a healthy snack
            [can|can] be eaten / [fills|fill] the stomach
        """,
        noun="snack|snacks / healthy snack|healthy snacks / edible thing|edible things / bit of food|bits of food",
        need="""
            I'm hungry, what can I eat? / I'm peckish, what could I snack on?
            what here counts towards my five a day? / my stomach is growling, what is there to eat?
            I skipped lunch, anything to eat? / I need some vitamins, what can I eat?
        """,
        why="I'm hungry / I'm peckish / my stomach is growling / I skipped lunch / I need some vitamins",
    ),
    "eating with": use(
        gap="""
            eat with / eat my meal with / eat dinner with / use for eating a meal / eat lunch with
            use to bring food to my mouth / have my dinner with / eat a steak and peas with / eat politely with
        """,
        verb="""
            [is|are] for eating with / [is|are] used to eat with / [is|are] good for eating with
            [helps|help] you eat a meal
        """,
        noun="eating utensil|eating utensils / eating tool|eating tools / eating implement|eating implements",
        need="""
            dinner is served, what do I eat it with? / I don't want to eat with my fingers, what else can I use?
            my food is on the table, what shall I eat it with? / what would well-behaved people eat with?
        """,
        why="dinner is served / I don't want to eat with my fingers / lunch is on the table",
    ),
    "eating soup": use(
        gap="""
            eat soup with or from / use for eating soup / use to eat my soup / have my soup with or from
            use to eat some soup / use at the table for soup / use when having soup / eat broth with or from
        """,
        verb="""
            [is|are] for eating soup / [is|are] needed for eating soup / [is|are] good for eating soup
            [helps|help] to eat soup / [is|are] used when eating soup
        """,
        need="""
            the soup is ready, what do I need to eat it? / I want to eat my soup, what does that take?
            soup's on! what do I need at the table for it? / there's hot broth, what do I use to eat it?
        """,
        why="the soup is ready / I want to eat my soup / there is soup for lunch",
    ),
    "eating from": use(
        gap="""
            eat from / eat off / eat my food from / eat dinner from / have my meal from / eat out of / eat lunch from
            eat breakfast from / put in front of me to eat from / have dinner off
        """,
        verb="""
            [is|are] for eating from / [is|are] good for eating from / [is|are] used to eat from
            [goes|go] under a meal on the table
        """,
        noun="dish to eat from|dishes to eat from",
        need="""
            dinner is ready, what can I eat it from? / what can I eat my meal off?
            I need a dish to eat from: which could I take? / I won't eat straight from the table, what can I eat from?
            I'd like to eat my lunch, from what?
        """,
        why="dinner is ready / I'd like to eat my lunch / I won't eat straight from the table",
    ),
    "serving": use(
        gap="""
            serve food on or in / serve a meal on or in / serve dinner on or in / bring food to the table in or on
            use for serving food / serve guests with / dish up a meal on or in / present a meal on or in
            put the food on or in for the guests
        """,
        verb="""
            [is|are] for serving food / [is|are] good for serving / [is|are] used to serve meals
            [is|are] suitable for serving dinner
        """,
        noun="serving dish|serving dishes / dish to serve with|dishes to serve with",
        need="""
            the food is ready, what do I serve it on or in? / guests are coming: what can I serve the food on or in?
            I want to dish up, what can I use? / the meal is cooked, what do I bring it to the table in or on?
        """,
        why="the guests are waiting for their food / the food is ready to be served / I want to dish up",
    ),
    "squeezing juice": use(
        gap="""
            squeeze for juice / squeeze to get juice / make fresh juice from / press for juice / get juice out of
            squeeze into a glass / make juice from by squeezing / juice / squeeze for a fresh breakfast drink
        """,
        verb="[is|are] good for squeezing juice / [is|are] for squeezing juice / [gives|give] fresh juice when squeezed"
        " / [is|are] full of juice that can be squeezed out",
        noun="juicing fruit|juicing fruits",
        need="""
            I'd like to squeeze fresh juice, what do I take?
            freshly squeezed juice for breakfast: what goes into the press? / what could I put in a juicer?
            vitamin C, freshly pressed: what do I squeeze?
        """,
        why="I'd like some fresh juice / I feel like freshly squeezed juice / I bought a juicer",
    ),
}
"""Wordings by use."""
