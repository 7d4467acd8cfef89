"""The addresses of stories, answers and proposals."""

from __future__ import annotations

from django.urls import path

from bot.review.pages import answers, make_story, proposals, stories

urlpatterns = [
    path("conversation/<int:pk>/story/", make_story.make_story, name="make_story"),
    path("stories/", stories.stories, name="stories"),
    path("stories/check/", stories.check_stories, name="check_stories"),
    path("story/<str:name>/", stories.story, name="story"),
    path("answers/", answers.answers, name="answers"),
    path("answers/<slug:topic>/", answers.answer, name="answer"),
    path("answers/<slug:topic>/edit/", answers.edit_answer, name="edit_answer"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/export/", proposals.export_chosen, name="export_proposals"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("proposals/<int:pk>/story/", make_story.change_story, name="change_story"),
    path("proposals/<int:pk>/answer/", answers.change_answer, name="change_answer"),
]
