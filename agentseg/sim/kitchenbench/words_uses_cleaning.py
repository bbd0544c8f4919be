"""How people ask for things to clean, wash and dry with, and for water."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import UseWords, use

CLEANING: dict[str, UseWords] = {
    "cleaning": use(
        gap="""
            clean with / clean up with / clean the counter with / use for cleaning / get things clean with
            clean the kitchen with / clean up a mess with / remove dirt with / use to clean the kitchen
            get rid of grime with / tidy up a dirty counter with
        """,
        verb="""
            [cleans|clean] / [is|are] for cleaning / [is|are] good for cleaning / [helps|help] with cleaning
            [gets|get] things clean / [removes|remove] dirt
        """,
        noun="""
            cleaning supply|cleaning supplies / cleaning thing|cleaning things / item for cleaning|items for cleaning
        """,
        need="""
            this kitchen is filthy, what can I clean with? / what a mess: what can I clean up with?
            everything is greasy, what helps to get it clean? / the counter is sticky, what can I clean it with?
            it's spring cleaning day, what is there to clean with?
        """,
        why="this kitchen is filthy / what a mess / everything is so greasy / it's cleaning day",
    ),
    "washing hands": use(
        gap="""
            wash my hands with or at / use to wash hands / use for washing hands / use to get my hands clean
            wash dirty hands with or at / use when washing hands / use to wash my fingers
            get my hands clean with or at
        """,
        verb="""
            [is|are] for washing hands / [is|are] needed to wash hands / [helps|help] to wash your hands
            [gets|get] hands clean / [is|are] used to wash hands
        """,
        need="""
            my hands are sticky, what do I need to wash them? / my hands are dirty, what helps?
            I touched raw chicken, what do I need to wash my hands?
            hands have to be washed before dinner: what is needed for that?
            my fingers are covered in flour, what will get them clean?
        """,
        why="my hands are sticky / my hands are dirty / I touched raw chicken / I want clean hands before dinner",
    ),
    "washing dishes": use(
        gap="""
            wash the dishes with or in / use for washing dishes / do the dishes with or in / wash up with or in
            use for washing up / use to wash dirty plates / use to do the dishes / use to get the dishes clean
            use for doing the dishes
        """,
        verb="""
            [is|are] for washing dishes / [is|are] needed to do the dishes / [helps|help] with the washing-up
            [gets|get] the dishes clean / [is|are] used to wash the dishes
        """,
        need="""
            it's my turn to do the dishes, what do I need?
            there's a pile of dirty plates, what do I need to wash them?
            dinner is over and someone has to wash up: with what and where? / the dishes are dirty, what helps?
        """,
        why="it's my turn to do the dishes / there's a pile of dirty plates / somebody has to wash up",
    ),
    "wiping": use(
        gap="""
            wipe with / wipe the counter with / wipe up a spill with / wipe off crumbs with / mop up milk with
            soak up spilled water with / wipe the table with / wipe things clean with / dab up a puddle with
            use to wipe something
        """,
        verb="[wipes|wipe] up spills / [is|are] for wiping / [is|are] good for wiping / [soaks|soak] up spilled milk"
        " / [is|are] used for wiping / [mops|mop] up puddles",
        need="""
            I spilled milk, what soaks it up? / oops, there's a puddle, what can I wipe it up with?
            crumbs everywhere: what can I wipe them off with? / my glass fell over, what would soak up the water?
            what can I mop this up with? / what would soak up spilled juice?
        """,
        why="I spilled milk / there's a puddle on the counter / I knocked over my drink / there are crumbs everywhere",
    ),
    "drying": use(
        gap="""
            dry with / dry my hands with / dry the dishes with / dry wet things with / dry off a wet plate with
            use for drying / use to dry something / get wet hands dry with / dab things dry with
            pat the lettuce dry with
        """,
        verb="""
            [dries|dry] wet hands / [is|are] for drying / [is|are] good for drying / [gets|get] wet things dry
            [is|are] used for drying / [takes|take] the wetness off
        """,
        need="""
            my hands are wet, what can I dry them with? / the plates are dripping, what do I dry them with?
            I've just washed my hands, and now? what do I dry them with? / what could I pat the salad dry with?
        """,
        why="my hands are wet / the dishes are still wet / the plates are dripping / I've just washed my hands",
    ),
    "getting water": use(
        gap="""
            get water from / get some water from / fetch water from / fill a kettle at / fill a bottle with water at
            run some water from / draw water from / fill a pot with water at / turn on for water
        """,
        verb="""
            [gives|give] water / [is|are] for getting water / [is|are] good for getting water
            [has|have] running water / [supplies|supply] water
        """,
        noun="""
            place with running water|places with running water / place with a tap|places with a tap
            water source|water sources
        """,
        need="""
            where can I get some water? / where does the water come from here? / where could I fill my bottle?
            the pasta pot needs water, from where? / where could I rinse my hands under running water?
            where is there running water?
        """,
        why="the pasta pot needs water / my bottle is empty / I need running water",
    ),
}
"""Wordings by use."""
