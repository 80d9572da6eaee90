"""Passing it on: whom to, and the share kit of a network or of one connector in it."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from surgeries.access import links_organised_by, networks_organised_by, series_organised_by
from surgeries.actions import sharing
from surgeries.forms.sharing import CodeWordForm, ShareForm, TextForm
from surgeries.messages.posters import poster_of, poster_pdf, qr_code
from surgeries.refusals import Refused
from surgeries.rules.invitations import RIGHT_TO_LEFT, SET_IN_PRINT, when_short
from surgeries.rules.sharing import FIRST_ON, MOST_LETTERS, invitation, note_after, note_before
from surgeries.states import Language, Paper, PassedOnBy
from surgeries.templatetags.words import day
from surgeries.turnout.sharing import kit_of, known_names, word_for

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def share(request, slug):
    """Asks only who it goes to, and leads to a kit with links of its own (R10)."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = ShareForm(request.POST if request.method == "POST" else None, series=series)
    if form.is_valid() and not form.asks_about and (link := _pass_on(request, form)):
        return redirect("link_detail", slug, link.pk)
    context = {"series": series, "nav": "networks", "form": form, "known": known_names(series)}
    return render(request, "surgeries/sharing/share.html", context)


def _pass_on(request, form):
    by_now = {"by": request.user, "now": timezone.now()}
    if chosen := form.chosen:
        return sharing.make_kit(*chosen, **by_now)
    who, agreed = form.cleaned_data["who"], form.cleaned_data["agreed"]
    try:
        return sharing.pass_on(form.series, to=who, agreed=agreed, **by_now)
    except Refused as refusal:
        form.add_error("who", refusal.sentence)


@require_POST
def link_make(request, slug, pk):
    """The kit of a network, or of one `connector` in it; what is missing in it is made."""
    mine = networks_organised_by(request.user)
    network = get_object_or_404(mine, series__slug=slug, pk=pk)
    connector = None
    if number := request.POST.get("connector"):
        connector = get_object_or_404(network.connectors, pk=number if number.isdecimal() else 0)
    link = sharing.make_kit(network, connector, by=request.user, now=timezone.now())
    return redirect("link_detail", slug, link.pk)


@require_GET
def link_detail(request, slug, pk):
    """The kit that a link belongs to. A changed text comes back in the address, counted."""
    link = _link(request, slug, pk)
    return _kit_page(request, link)


@require_POST
def link_word(request, slug, pk):
    """Choose the word to say."""
    link, form = _link(request, slug, pk), CodeWordForm(request.POST)
    if form.is_valid():
        word, by_now = form.cleaned_data["word"], {"by": request.user, "now": timezone.now()}
        try:
            alias = sharing.choose_code_word(link.network, link.connector, word=word, **by_now)
        except Refused as refusal:
            form.add_error("word", refusal.sentence)
        else:
            messages.success(request, _("Say “%(word)s” from now on.") % {"word": alias.words})
            return redirect("link_detail", slug, pk)
    return _kit_page(request, link, word_form=form)


@require_POST
def link_switch(request, slug, pk):
    link = _link(request, slug, pk)
    on = "on" in request.POST
    sharing.switch_link(link, on=on, by=request.user, now=timezone.now())
    messages.success(request, _("The link is on.") if on else _("The link is switched off."))
    return redirect("link_detail", slug, pk)


@require_GET
def link_print(request, slug, pk, paper):
    """A poster or a table card, as a page to print."""
    link = _link(request, slug, pk)
    poster = _poster(request, link, _paper(paper))
    context = {"poster": poster, "paper": paper, "link": link, "series": link.network.series}
    return render(request, "surgeries/sharing/link_print.html", context)


@require_GET
def link_pdf(request, slug, pk, paper):
    """The same as a PDF; in letters we have no type for, the page to print."""
    link, paper = _link(request, slug, pk), _paper(paper)
    poster = _poster(request, link, paper)
    if poster.language not in SET_IN_PRINT:
        there = reverse("link_print", args=[slug, pk, paper])
        return redirect(f"{there}?in={poster.language}")
    pdf = poster_pdf(poster, paper, title=f"{poster.series}: {poster.what}")
    headers = {"Content-Disposition": f'inline; filename="{paper}-{poster.language}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _kit_page(request, link, word_form=None):
    kit, language = kit_of(link, now=timezone.now()), _language(request, link)
    word = kit.words[0] if kit.words else word_for(kit)
    plain = address_of(kit.link_for(PassedOnBy.LINK, link))
    context = {
        "series": link.network.series,
        "nav": "networks",
        "link": link,
        "kit": kit,
        "address": plain,
        "qr": qr_code(plain),
        "word_form": word_form or CodeWordForm(initial={"word": word}),
        "language": language,
        "languages": _languages(link),
        "texts": [_text(request, kit, way, language) for way in FIRST_ON if way in kit.working],
        "most": MOST_LETTERS,
        "notes": _notes(kit),
        "papers": Paper.choices,
        "set_in_print": language in SET_IN_PRINT,
    }
    return render(request, "surgeries/sharing/link_detail.html", context)


def _text(request, kit, way, language):
    """One text to send: its form, its length, and what opens it where it goes."""
    series, surgery = kit.network.series, kit.coming
    link = address_of(kit.working[way])
    where = {"place": surgery.venue.name if surgery.venue else series.town} if surgery else {}
    when = when_short(surgery.starts_local, language) if surgery else ""
    offered = invitation(way, language, link=link, when=when, series=series.name, **where)
    changed = request.GET if request.GET.get("way") == way else None
    form = TextForm(changed, initial={"text": offered}, auto_id=f"{way}_%s")
    form.fields["text"].label = _("Text for %(way)s") % {"way": PassedOnBy(way).label}
    reads = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    form.fields["text"].widget.attrs |= {"lang": language, "dir": reads}
    text = form.cleaned_data["text"] if form.is_valid() else form["text"].value()
    prefix = {
        PassedOnBy.WHATSAPP: "https://wa.me/?text=",
        PassedOnBy.EMAIL: f"mailto:?subject={quote(series.name)}&body=",
    }.get(way, "")
    return {
        "way": way,
        "form": form,
        "letters": len(text),
        "prefix": prefix,
        "opens": prefix and prefix + quote(text),
        "facebook": way == PassedOnBy.FACEBOOK
        and f"https://www.facebook.com/sharer/sharer.php?u={quote(link, safe='')}",
    }


def _notes(kit):
    """Notes to the person who passes it on, offered and never sent by us."""
    if kit.network.removed_at or (kit.connector and kit.connector.removed_at):
        return []
    person = kit.connector
    name = person.first_name if person and person.name else ""
    notes = []
    if kit.coming:
        notes.append(note_before(name, coming=kit.theirs_coming, day=day(kit.coming.on)))
    if kit.theirs_came:
        notes.append(note_after(name, came=kit.theirs_came, day=day(kit.last.on)))
    phone = person.phone.lstrip("+") if person else ""
    whatsapp = f"https://wa.me/{phone}?text="
    mail = f"mailto:{quote(person.email) if person else ''}?subject="
    mail += f"{quote(kit.network.series.name)}&body="
    return [
        {
            "text": text,
            "whatsapp": whatsapp,
            "opens_whatsapp": whatsapp + quote(text),
            "mail": mail,
            "opens_mail": mail + quote(text),
        }
        for text in notes
    ]


def _poster(request, link, paper):
    kit = kit_of(link, now=timezone.now())
    way = PassedOnBy.CARD if paper == Paper.CARD else PassedOnBy.POSTER
    address = address_of(kit.link_for(way, link))
    return poster_of(kit, link=address, language=_language(request, link))


def _paper(paper):
    if paper not in Paper:
        raise Http404
    return Paper(paper)


def _languages(link):
    """What its people read, and English."""
    theirs = [Language(code) for code in link.network.languages if code in Language]
    return theirs if Language.EN in theirs else [*theirs, Language.EN]


def _language(request, link):
    """The one asked for in the address, else the first that its people read."""
    asked = request.GET.get("in")
    return Language(asked) if asked in Language else _languages(link)[0]


def _link(request, slug, pk):
    mine = links_organised_by(request.user).select_related("network__series", "connector")
    return get_object_or_404(mine, network__series__slug=slug, pk=pk)


def address_of(link):
    """The whole address that a link of ours is passed on by."""
    return settings.SITE_URL + reverse("invite_follow", args=[link.code])
