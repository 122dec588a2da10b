"""The matchmaking service: who is proposed to whom, what they answer, and which matches follow."""
