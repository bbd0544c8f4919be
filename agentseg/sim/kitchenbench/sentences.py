"""The sentences that ask for something, by structure.

Blanks: ``{the}``, ``{a}``, ``{all}``, ``{bare}`` the thing with that article; ``{that}`` with "the", but never said as
"everything" or "what"; ``{wh}`` a clause "which mug is behind the toaster"; ``{base}``, ``{bases}`` the thing without
what the root says of it, ``{pred}`` what it says; ``{place}`` a place; ``{g}``, ``{v}``, ``{ving}`` a deed.
"1:" before a row wants one thing, "+:" at least two.
"""

from __future__ import annotations

from agentseg.sim.kitchenbench.words import Rows, rows

SEGMENT: dict[str, Rows] = {
    "noun phrase": rows("{the} / {a} / {bare} / {all} / just {the} / only {the} / {the} here / {a} somewhere here"),
    "imperative": rows(
        """
        show me {the} / find {the} / mark {the} / point out {the} / segment {the} / highlight {the} / select {the}
        pick out {the} / point at {the} / point to {the} / locate {the} / outline {the} / identify {the} / mask {the}
        find me {a} / show me {a} / look for {the} / spot {the} / indicate {the} / tag {the} / trace {the}
        find {all} / mark {all} / show {all} / get a mask of {the} / circle {the} / single out {the} / colour in {the}
        paint over {the} / segment {all} / find {a}
        """
    ),
    "command": rows(
        """
        grab {the} / hand me {the} / pass me {the} / give me {the} / bring me {the} / fetch {the} / get me {the}
        take {the} / pick up {the} / reach for {the} / go get {the} / pass {the} over here / bring {the} over
        hand over {the} / get {the} for me / pass me {a} / hand me {a} / give me {a} / bring me {a} / grab me {a}
        fetch me {a}
        """
    ),
    "question": rows(
        """
        where [is|are] {that}? / where can I find {that}? / what [is|are] {that}? / which [one is|ones are] {that}?
        where do you see {that}? / where would I find {a}? / where can I find {a}? / whereabouts [is|are] {that}?
        where in the picture [is|are] {that}? / where might {that} be? / where [has|have] {that} gone?
        which of these [is|are] {that}? / where exactly [is|are] {that}?
        """
    ),
    "clause": rows(
        """
        {wh}? / {wh}? / {wh}? / tell me {wh} / show me {wh} / {wh}, can you tell? / can you tell me {wh}?
        can you see {wh}? / please mark {wh} / {wh} here? / {wh}, would you say? / figure out {wh}
        can you show me {wh}?
        """
    ),
    "indirect": rows(
        """
        I wonder where {that} [is|are] / do you know where {that} [is|are]? / tell me where {that} [is|are]
        any idea where {that} [is|are]? / can you tell me where {that} [is|are]?
        I'd like to know where {that} [is|are] / I wonder {wh} / I'd like to know {wh} / any idea {wh}?
        do you know {wh}? / could you tell me {wh}? / I can't figure out {wh} / I forgot where {that} [is|are]
        let me know {wh} / I want to know {wh} / I'm trying to work out {wh} / I was wondering {wh}
        show me where {that} [is|are]
        """
    ),
    "need": rows(
        """
        I need {the} / I'd like {the} / I want {the} / I'm looking for {the} / I need {a} / I'm looking for {a}
        I'd like {a} / I could use {a} / I'm after {the} / I'd like to have {the} / I want to see {the}
        I'm searching for {the} / we need {the} / I can't find {the} / I've lost {the} / I'm interested in {the}
        I was asked to find {the} / I have to find {the}
        """
    ),
    "polite": rows(
        """
        could you show me {the}, please? / would you mind pointing out {the}? / can you hand me {the}?
        could you pass me {the}? / would you please mark {the}? / please find {the} / please show me {the}
        can you find {the} for me? / please bring me {the} / could you find {a} for me?
        be so kind as to show me {the} / may I have {the}? / can I have {the}, please? / could I get {the}?
        can you point me to {the}? / would you highlight {the} for me? / can you pass me {a}, please?
        I'd be grateful if you could find {the} / can you help me find {the}?
        would you be so kind as to hand me {the}?
        """
    ),
    "cleft": rows(
        """
        it is {that} that I am after / it's {that} I want / what I want is {that} / what I am looking for is {that}
        {that} is what I need / what I'd like to see is {that} / it's {that} that I mean / the target is {that}
        what you should mark is {that} / what I need is {that}
        """
    ),
    "yes or no": rows(
        """
        [is|are] there {a}? / [is|are] there {a} here? / can you see {a}? / do you see {that}?
        [is|are] there {a}? show me / [is|are] there {a} anywhere? / do you see {a} anywhere? / can you spot {that}?
        have you seen {that}? / do we have {a}? / have we got {a}? / any {bare}? / any {bare} to be seen?
        [is|are] there {a}? if so, mark [it|them] / could there be {a} here? / [is|are] there {a} in the picture?
        """
    ),
    "two sentences": rows(
        """
        there [is|are] {a} here. Where? / I need {that}. Where [is it|are they]?
        somewhere here [is|are] {a}. Find [it|them]. / I'm looking for {that}. Can you see [it|them]?
        look at the picture. Where [is|are] {that}? / I want {that}. Hand [it|them] over.
        there should be {a} here. Show me. / find {that}. Then mark [it|them]. / here's a task. Find {that}.
        I've misplaced {that}. Help me. / I see {a}. Mark [it|them]. / do you see {that}? Mark [it|them].
        do you see {a}? I need [it|them].
        """
    ),
    "topic": rows(
        """
        {that}: where [is it|are they]? / {that}, please / {that}: mark [it|them] / {that}, where [is it|are they]?
        {that}: show me / {that}, that's what I need / {that}, I mean / {that}, can you find [it|them]?
        {that}, nothing else / {that}, do you see [it|them]? / {that} - where? / {that}, if you can
        about {that}: where [is it|are they]? / {that}, could you mark [it|them]?
        """
    ),
    "correction": rows(
        """
        no, I mean {that} / I meant {that} / I'm talking about {that} / I'm thinking of {that}
        I mean {that}, nothing else / not what you marked: {that} / not that, {that} / I said {that}
        what I meant was {that}
        """
    ),
    "relative": rows(
        """
        1:of the {bases}, the one that {pred} / 1:the {base} I mean is the one that {pred}
        1:among the {bases}, the one that {pred} / 1:the one that {pred}, out of the {bases}
        +:of the {bases}, those that {pred} / +:among the {bases}, the ones that {pred} / +:those {bases} that {pred}
        +:only the {bases} that {pred} / 1:the only {base} that {pred} / +:all {bases} that {pred}
        +:out of the {bases}, the ones that {pred} / 1:out of all the {bases}, the one that {pred}
        1:that {base} which {pred} / 1:one of the {bases} {pred}. Which one? / +:some {bases} {pred}. Which ones?
        1:there is one {base} that {pred}: that one / 1:one {base} {pred}. Show it to me.
        +:some of the {bases} {pred}. Show them to me. / +:there are {bases} that {pred}. Mark them.
        """
    ),
    "fronted place": rows(
        """
        1:{place} there is {one}: that one / 1:{place} there is {one}. Mark it. / +:{place} there are {some}: those
        {place}, what {base}? / 1:look {place}: {one} / +:look {place}: {some} / 1:{place} is {one}. I need it.
        +:{place} are {some}. I need them. / 1:{place}, the {base} / +:{place}, the {bases} / 1:{place}: the {base}
        +:{place}: all {bases} / 1:{place} you can see {one}. Which? / 1:{place} is {one}, show me
        +:{place} are {some}, show me
        """
    ),
    "robot": rows(
        """
        robot, bring {the} / the robot should pick up {the} / have the robot fetch {the} / let the robot grab {the}
        the arm should reach for {the} / the robot has to grasp {the}: where [is it|are they]?
        next, the robot should take {the}
        """
    ),
}
"""Sentences whose answer is a mask."""

KEYWORD: Rows = rows(
    "{bare} / {bare}? / mask: {bare} / find: {bare} / wanted: {bare} / {bare} please / looking for {bare}"
)
"""Terse ones; articles fall away."""

OR_ELSE: Rows = rows(
    """
    [is|are] there {x}? If not, {y} will do. / is there {x}? Otherwise take {y}.
    I'd like {x}; if there [isn't one|aren't any], {y} will do / {x} would be best, but if there [is|are] none, {y}
    preferably {x}, otherwise {y} / ideally {x}, and if there [is|are] none, {y}
    first choice: {x}; second choice: {y} / bring me {x}. If you can't find [one|any], bring me {y} instead.
    {x} first, {y} only if there [is|are] none / give me {x}; if that's impossible, {y}
    look for {x}; only if there [is|are] none, look for {y} / find {x}, or else {y}
    I want {x}, but {y} will do if there [is|are] none / can you see {x}? If you can't, show me {y} instead.
    show me {x}; in case there [is|are] none, show {y} / I'd prefer {x}, else {y}
    do we have {x}? If we don't, mark {y}.
    """
)
"""Sentences for one thing or else another."""

WHY_JOIN: Rows = rows("{w}, {s} / {w}. {S} / {w}: {s} / {w} - {s} / {w}; {s} / {w}, so {s}")
"""A situation and a request."""
OPENERS: Rows = rows(
    """
    um, / hey robot, / in this picture, / in the image, / in this kitchen, / in this scene, / hey, / ok, / robot,
    so, / hi, / well, / excuse me, / hello, / okay / uh, / hmm, / right, / quick question: / say,
    """
)
"""Fillers at the start."""
CLOSERS: Rows = rows(", please / , thanks / , thank you / , will you / , robot / , if you can")
"""Fillers at the end."""
ASK_USE: Rows = rows(
    """
    what can I {g}? / what could I {g}? / what would you {g}? / what do people {g}? / what should I {g}?
    what would one {g}? / which thing can I {g}? / what can you {g}? / what is there to {g}?
    is there something to {g}? / what could somebody {g}? / what here can one {g}? / anything here I can {g}?
    I need something to {g} / find me something to {g} / what might I {g}? / do you see anything I could {g}?
    hand me something I can {g} / which of these things would you {g}? / got anything to {g}?
    I'd like to find something I can {g} / show me what I can {g}
    """
)
"""Questions for a use by what is done with the thing."""
ASK_USE_THAT: Rows = rows(
    """
    what can I {g} that {pred}? / is there something to {g} that {pred}? / what could I {g} that {pred}?
    I need something to {g} that {pred} / find something I can {g} that {pred} / anything to {g} that {pred}?
    what should I {g} that {pred}?
    """
)
"""The same with what the root says of it."""
