"""The addresses of the review room."""

from __future__ import annotations

from django.urls import include, path

from bot.review.pages import account, audit, conversation, judging, people, queue

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("conversation/<int:pk>/", conversation.conversation, name="conversation"),
    path("conversation/<int:pk>/turn/<int:number>/open/", conversation.open_message, name="turn_open"),
    path("conversation/<int:pk>/turn/<int:number>/fold/", conversation.fold_message, name="turn_fold"),
    path("conversation/<int:pk>/turn/<int:number>/judge/", judging.judge, name="turn_judge"),
    path("conversation/<int:pk>/marks/", judging.mark, name="conversation_marks"),
    path("conversation/<int:pk>/compare/", judging.compare, name="conversation_compare"),
    path("conversation/<int:pk>/note/", judging.add_note, name="conversation_note"),
    path("conversation/<int:pk>/labels/", judging.label, name="conversation_labels"),
    path("conversation/<int:pk>/assign/", judging.assign, name="conversation_assign"),
    path("conversation/<int:pk>/second-opinion/", judging.second_opinion, name="conversation_second"),
    path("conversation/<int:pk>/reviewed/", judging.review, name="conversation_reviewed"),
    path("", include("bot.review.library_urls")),
    path("", include("bot.review.figures_urls")),
    path("account/", include("bot.review.account_urls")),
    path("first/<str:token>/", account.first_account, name="first_account"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="person_add"),
    path("people/<int:pk>/", people.change_person, name="person"),
    path("people/<int:pk>/link/", people.link_for_person, name="person_link"),
    path("people/<int:pk>/codes/", people.remove_codes, name="person_codes"),
    path("audit/", audit.audit, name="audit"),
]
