"""Pages of the API's lists: by cursor, so that a list that grows meanwhile is neither repeated nor skipped."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`?cursor=&page_size=` up to 1000; the answer is {"next", "previous", "results"}."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "id"
