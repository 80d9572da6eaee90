"""What was made for one person is kept by no browser and no proxy."""

from django.utils.cache import add_never_cache_headers


def never_kept(get_response):
    """Say `no-store` on every page that looked into a session and found something there.

    That is every page of somebody signed in. A page that did not look is the same for everybody:
    looking now would cost it a query and its place in caches.
    """

    def answer(request):
        response = get_response(request)
        if request.session.accessed and not request.session.is_empty():
            add_never_cache_headers(response)
        return response

    return answer
