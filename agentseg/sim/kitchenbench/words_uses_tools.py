"""How people ask for tools and vessels."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import UseWords, use

TOOLS: dict[str, UseWords] = {
    "cutting": use(
        gap="""
            cut with / cut bread with / slice bread with / chop vegetables with / cut a tomato with
            slice a cucumber with / cut meat with / cut a cake with / chop onions with / use to cut something
            slice things with / dice carrots with / carve a roast with
        """,
        verb="""
            [cuts|cut] / [is|are] for cutting / [is|are] good for cutting / [cuts|cut] bread
            [slices|slice] vegetables / [has|have] a sharp blade / [could|could] cut you
        """,
        noun="cutting tool|cutting tools / sharp tool|sharp tools",
        need="""
            careful, what here could cut me? / what is sharp enough to slice bread?
            the bread needs slicing, what do I use? / I have onions to chop: what shall I use?
            what should be kept away from children because it is sharp?
            I want to open this parcel, what could cut the tape?
        """,
        why="""
            I want to slice some bread / the onions need chopping / I have a cake to cut
            the tape on this parcel won't come off
        """,
    ),
    "cutting on": use(
        gap="""
            cut on / chop on / chop vegetables on / cut bread on / slice tomatoes on / cut onions on / chop herbs on
            slice bread on / cut things on without scratching the counter / put under the vegetables before chopping
            dice carrots on
        """,
        verb="[is|are] for cutting on / [protects|protect] the counter from the blade / [is|are] good for chopping on"
        " / [is|are] used to cut things on",
        noun="surface to chop on|surfaces to chop on / surface for slicing|surfaces for slicing",
        need="""
            what should go under the tomatoes before I chop them?
            I don't want to scratch the counter, what do I cut on? / where should I slice the bread?
            where can I chop these onions? / I need to dice some carrots, on what?
        """,
        why="I don't want to scratch the counter / I have vegetables to chop / these onions need a surface",
    ),
    "stirring": use(
        gap="""
            stir with / stir the soup with / stir a sauce with / stir my tea with / mix ingredients with
            stir things with / use for stirring / stir the batter with / stir the stew with / mix in the sugar with
        """,
        verb="[is|are] for stirring / [is|are] good for stirring / [stirs|stir] the sauce / [can|can] be used to stir"
        " / [helps|help] with stirring",
        noun="stirring tool|stirring tools / thing to stir with|things to stir with",
        need="""
            the sauce is sticking to the bottom, what can I stir it with?
            there's a lump of sugar in my tea, what could I stir it with?
            the stew will burn, what do I stir it with? / the batter needs mixing, what can I use?
        """,
        why="""
            the sauce mustn't burn / the sugar has to dissolve / the batter needs mixing
            the stew is sticking to the bottom
        """,
    ),
    "flipping": use(
        gap="""
            flip things with / flip a pancake with / flip pancakes with / turn burgers with / turn an egg over with
            flip an omelette with / flip things with / turn a steak with / flip the fried eggs with
            turn over a fish fillet with
        """,
        verb="[flips|flip] pancakes / [is|are] for flipping / [is|are] good for flipping / [turns|turn] burgers"
        " / [is|are] used to flip food",
        noun="flipping tool|flipping tools / pancake-flipping tool|pancake-flipping tools",
        need="""
            what do I flip a pancake with? / the pancake is brown on one side, what now do I turn it with?
            the burgers need turning, what with? / eggs over easy: what do I turn them with?
            what would a burger cook hold in his hand?
        """,
        why="the pancake is done on one side / the burgers need turning / I want my eggs over easy",
    ),
    "scooping": use(
        gap="""
            scoop with / scoop up rice with / scoop sugar with / scoop ice cream with / ladle soup with
            scoop up sauce with / scoop honey with / scoop yoghurt with / use to scoop something
        """,
        verb="[scoops|scoop] / [is|are] for scooping / [is|are] good for scooping / [is|are] used for scooping"
        " / [can|can] scoop up sugar",
        noun="scooping tool|scooping tools / tool for scooping|tools for scooping",
        need="""
            I'd like some sugar in my tea, what can I scoop it with? / what can I scoop the rice with?
            how do I get the jam out of the jar, with what? / I'm having yoghurt, what do I scoop it up with?
        """,
        why="""
            I want sugar in my tea / I'm having yoghurt / I'd like some ice cream
            the rice has to get out of the sack
        """,
    ),
    "peeling": use(
        gap="""
            peel or peel with / peel, or use for peeling / either peel or use as a peeler
            peel or take the peel off with
        """,
        verb="""
            [has|have] a peel or [takes|take] one off / [is|are] for peeling, as fruit or as tool
            [gets|get] peeled or [does|do] the peeling / [plays|play] a part in peeling fruit
            [is|are] involved in peeling fruit / [has|have] to do with peeling
        """,
        need="""
            I'm about to peel some fruit: what do I need, fruit and tool?
            what has to do with peeling, be it the fruit or the tool?
            what gets peeled here and what does the peeling? / what can be peeled, and what can one peel with?
        """,
        why="it's time to peel some fruit / I want to do some peeling",
    ),
    "holding food": use(
        gap="""
            put food on or in / keep food on or in / hold food with / lay food on or in / place a meal on or in
            leave the food on or in / put chopped vegetables on or in / store some food on or in for a moment
            set food down on or in
        """,
        verb="[holds|hold] food / [is|are] for holding food / [is|are] good for holding food / [can|can] hold food"
        " / [has|have] room for food",
        need="""
            where could I put this food, what would hold it? / my hands are full of food, what can I put it on or in?
            the vegetables are chopped, what could hold them? / what can food be put on or in?
        """,
        why="""
            my hands are full of food / this food has to go somewhere
            I don't want to lay the food on the bare counter
        """,
    ),
    "holding liquid": use(
        gap="""
            keep liquid in / fill with a liquid / put liquid in / hold liquids with / pour water into
            fill with water / keep some water in / collect a liquid in / store milk or water in
        """,
        verb="""
            [holds|hold] liquid / [can|can] hold liquids / [is|are] for holding liquid
            [is|are] good for holding liquids / [keeps|keep] a liquid from running away
        """,
        noun="""
            container for liquids|containers for liquids / liquid container|liquid containers
            watertight container|watertight containers
        """,
        need="""
            where could I pour this liquid, what would hold it? / the ceiling is dripping, what can catch the water?
            what would not leak if I filled it with water? / I need something watertight, what is there?
            what could water be kept in?
        """,
        why="the ceiling is dripping / this liquid has to go somewhere / I need something that doesn't leak",
    ),
    "grasping": use(
        gap="""
            grasp things with / pick things up with / grip things with / grab objects with
            take hold of something with
        """,
        verb="""
            [grasps|grasp] things / [grips|grip] things / [is|are] for grasping / [picks|pick] things up
            [grabs|grab] things / [takes|take] hold of things / [is|are] good for grasping
        """,
        noun="grasping device|grasping devices / gripping device|gripping devices",
        need="what does the robot pick things up with? / what can grab something here?",
    ),
    "putting flowers in": use(
        gap="""
            put flowers in / put a flower in / put some tulips in / stand a rose in / arrange a bouquet in
            put daisies in / use as a vase / keep cut flowers in / put my bouquet in
        """,
        verb="""
            [is|are] for putting flowers in / [is|are] good for putting flowers in / [could|could] serve as a vase
            [makes|make] a decent vase / [can|can] hold flowers
        """,
        noun="""
            makeshift vase|makeshift vases / stand-in for a vase|stand-ins for a vase
            substitute vase|substitute vases
        """,
        need="""
            I got a bunch of tulips, what can I put them in? / I don't own a vase, what else could hold roses?
            these flowers need water, what can I stand them in? / I picked some daisies, where could I put them?
        """,
        why="I got a bunch of tulips / I don't own a vase / these flowers need water / I picked some daisies",
    ),
}
"""Wordings by use."""
