"""Plans a whole conference at once: tens of thousands of meetings of a few people, with the plan in force kept."""
