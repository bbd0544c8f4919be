"""How people ask for things to drink from and to make drinks with."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import UseWords, use

DRINKS: dict[str, UseWords] = {
    "drinking": use(
        gap="""
            drink from / drink out of / sip from / take a sip from / have a drink from / get a drink out of
            gulp from / quench my thirst from / put to my lips for a drink / drink something from / take a swig from
            get a sip from
        """,
        verb="""
            [is|are] for drinking / [is|are] good for drinking from / [helps|help] against thirst
            [is|are] used for drinking
        """,
        need="""
            I'm thirsty, what can I drink from? / I'm parched: what is there to drink from?
            I could use a drink, from what? / my throat is dry, what could I sip from?
            what would a thirsty person reach for to drink from?
            I've been running and need a drink, what can I drink out of?
        """,
        why="I'm thirsty / my throat is dry / I'm parched / I could use a drink / I'd like a sip of something",
    ),
    "drinking coffee": use(
        gap="""
            drink coffee from / drink my coffee from / have a coffee from / sip an espresso from
            drink hot coffee out of / pour coffee into for drinking / serve a cappuccino in
            have my morning coffee in / pour a hot coffee into / drink a latte from / hold while drinking hot coffee
        """,
        verb="""
            [is|are] for drinking coffee / [is|are] made for coffee / [is|are] used for drinking coffee
            [suits|suit] a hot coffee
        """,
        need="""
            the coffee is ready, what do I drink it from? / what does my morning coffee go into?
            fresh coffee! what shall I pour it into so that I can drink it?
            I need my caffeine; what do I drink the coffee from?
            I can't start the day without coffee, what can I drink it out of?
            the espresso is done, where do I pour it?
        """,
        why="the coffee is ready / I need my coffee / I need some caffeine / the coffee is brewed",
    ),
    "drinking water": use(
        gap="""
            drink water from / drink some water from / drink cold water from / have some water from / sip water from
            take a sip of water from / drink a bit of water out of / gulp down some water from
            drink plain water out of
        """,
        verb="[is|are] for drinking water / [is|are] good for drinking water / [is|are] used for drinking water"
        " / [serves|serve] for drinking water",
        need="""
            I'd like some water, what can I drink it from? / I need to take a pill, what can I drink the water from?
            I have hiccups: what could I drink water out of? / what can I drink some cold water from?
            I just want plain water, what do I drink it out of? / I should drink more water: from what?
        """,
        why="I'd like some water / I need a sip of water / I have to swallow a pill / I should drink more water",
    ),
    "pouring": use(
        gap="""
            pour from / pour out of / pour a liquid from / pour something out of / pour a drink from / fill a cup from
            top up a drink from / tip to pour something out / refill a glass from
        """,
        verb="[is|are] for pouring / [is|are] good for pouring / [pours|pour] liquids / [can|can] pour something out"
        " / [lets|let] you pour a liquid",
        noun="container to pour from|containers to pour from",
        need="""
            I want to top up my drink, what can I pour from? / my cup is empty, what could I pour something from?
            what would one tip to pour out a liquid? / what could I refill a cup from?
        """,
        why="my cup is empty / I want to top up a drink / somebody has to pour",
    ),
    "boiling water": use(
        gap="""
            boil water in / bring water to the boil in / heat up water in / boil a litre of water in
            get water boiling in / boil some water with / make water boil in / heat a litre of water in
            bring some water to a boil in
        """,
        verb="""
            [boils|boil] water / [is|are] for boiling water / [is|are] good for boiling water
            [gets|get] water boiling / [brings|bring] water to the boil
        """,
        need="""
            I need boiling water, what can I use? / what could I heat a litre of water in?
            I need hot water for pasta, in what? / the water has to boil, what do I put it in?
            I need to boil water for noodles, what do I do it in?
        """,
        why="I need boiling water / I need hot water for noodles / the water has to boil",
    ),
    "making coffee": use(
        gap="""
            make coffee with / brew coffee with / prepare coffee with / make a pot of coffee with / brew a coffee with
            make my morning coffee with / prepare an espresso with / use to brew some coffee / fix some coffee with
        """,
        verb="""
            [makes|make] coffee / [is|are] for making coffee / [is|are] good for making coffee
            [helps|help] to make coffee / [is|are] used in making coffee
        """,
        need="""
            I'd kill for a coffee, what can I make one with? / I'm still half asleep, what do I brew my coffee with?
            guests want coffee, what do I make it with? / how do I get fresh coffee here, what can I brew it with?
            I need a caffeine fix: what can I make coffee with?
        """,
        why="I'd kill for a coffee / I'm still half asleep / the guests want coffee / I need a caffeine fix",
    ),
    "making tea": use(
        gap="""
            make tea with / heat the water for tea in / brew tea with / boil water for tea in / prepare tea with
            use to make a cup of tea / make a pot of tea with / boil the tea water in / get the tea water hot in
        """,
        verb="""
            [makes|make] the water hot for tea / [is|are] for making tea / [is|are] good for making tea
            [boils|boil] the tea water / [is|are] used for making tea
        """,
        need="""
            I fancy a cuppa, what do I put on? / it's tea time: what do I heat the water in?
            I'd love some tea, what can I make it with? / what do the British put on at five o'clock?
            I want a cup of Earl Grey, what do I boil the water in?
        """,
        why="I fancy a cuppa / it's tea time / I'd love a cup of tea / a cup of tea would do me good",
    ),
}
"""Wordings by use."""
