"""The raw material of the sample community: invented people's names, topics, and plain sentences."""

from pathlib import Path

HERE = Path(__file__).parent
GIVEN = (HERE / "given_names.txt").read_text("utf-8").split()
FAMILY = (HERE / "family_names.txt").read_text("utf-8").split()

# Each topic is a part of the community: its name, then the interests its people tick.
TOPICS = {
    "build tools": ("build tools", "caching", "reproducible builds"),
    "release work": ("releases", "changelogs", "versioning"),
    "security": ("signing", "supply chain", "audits"),
    "translations": ("translations", "plain language", "fonts"),
    "documentation": ("documentation", "teaching", "examples"),
    "scientific code": ("science", "compilers", "large data"),
    "small devices": ("small devices", "cross building", "old hardware"),
    "web services": ("web services", "mirrors", "monitoring"),
    "testing": ("testing", "continuous integration", "flaky tests"),
    "people and care": ("accessibility", "mentoring", "moderation"),
}
SHARED_INTERESTS = ("funding", "governance", "board games", "running", "choir", "cooking", "birds", "cycling")

THINGS = (
    "the index",
    "the lock file",
    "the mirror",
    "the new resolver",
    "the build farm",
    "the upload step",
    "the nightly run",
    "the signing key",
    "the style guide",
    "the import path",
    "the wheel cache",
    "the test matrix",
    "the release page",
    "the old installer",
    "the metadata file",
    "the translation memory",
    "the board layout",
    "the status page",
)
QUESTIONS = (
    "Has anybody seen {thing} stop halfway without a word?",
    "What is the right place to report a problem with {thing}?",
    "Could somebody with more patience than me look at {thing}?",
    "Should {thing} wait until after the spring release?",
    "How do you explain {thing} to people on their first day?",
    "Is it only me, or did {thing} become slower last week?",
)
ANSWERS = (
    "It worked here after I cleared {thing} and started again.",
    "I had the same with {thing}; the note from last autumn still helps.",
    "I would leave {thing} alone and fix what feeds it.",
    "Good catch, I will write a test for {thing} tonight.",
    "We talked about {thing} at the last meeting and agreed to keep it small.",
    "Send me what {thing} prints and I will have a look tomorrow.",
    "That is on purpose: {thing} has to be readable without a network.",
    "I am not sure, but {thing} behaves differently on two of my machines.",
)
CLOSERS = (
    "Thanks for looking into it!",
    "Let us pick this up in person.",
    "That did it.",
    "Fair enough, I agree.",
)
SHORT = (
    "yes, same here",
    "that makes sense",
    "let me try",
    "it works now",
    "no idea, sorry",
    "done",
    "will do",
)
TALK_TITLES = (
    "What {thing} taught us",
    "Living with {thing}",
    "A kinder way to handle {thing}",
    "Ten years of {thing}",
    "Please replace {thing}",
    "{thing} for people in a hurry",
)
