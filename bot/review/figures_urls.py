"""The addresses of the pages that measure: likely misses and the dashboard."""

from __future__ import annotations

from django.urls import path

from bot.review.pages import dashboard, misses

urlpatterns = [
    path("misses/", misses.misses, name="misses"),
    path("misses/<int:pk>/open/", misses.open_miss, name="miss_open"),
    path("misses/<int:pk>/judge/", misses.judge_miss, name="miss_judge"),
    path("misses/samples/", misses.draw_sample, name="sample_draw"),
    path("misses/samples/<int:pk>/", misses.sample, name="sample"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/numbers.csv", dashboard.export, name="dashboard_csv"),
]
