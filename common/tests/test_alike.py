"""What is drawn once for all pages: it is the same, and sees nothing of whoever asks first."""

import pytest
from django.template import Context, Engine, RequestContext, TemplateSyntaxError
from django.test import RequestFactory

ENGINE = Engine.get_default()


def test_it_is_drawn_once_and_sees_no_variable() -> None:
    page = ENGINE.from_string(
        "{% load parts static %}{{ who }}:{% alike %}<{{ who }}{{ request.path }}"
        "{% static 'img/favicon.svg' %}>{% endalike %}"
    )
    request = RequestFactory().get("/secret/")
    first = page.render(RequestContext(request, {"who": "Jess"}))
    second = page.render(Context({"who": "Sam"}))
    assert first.partition(":")[0] == "Jess"
    assert second.partition(":")[0] == "Sam"
    assert first.partition(":")[2] == second.partition(":")[2]
    assert "/static/img/favicon" in second
    assert not any(word in second for word in ("Jess", "secret", "<Sam"))


def test_a_block_in_it_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="block"):
        ENGINE.from_string("{% load parts %}{% alike %}{% block x %}{% endblock %}{% endalike %}")
