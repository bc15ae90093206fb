"""The application behind a proxy: `granian --interface wsgi deploy.wsgi:application`.

The proxy's word on the visitor's address and scheme is taken only from the hosts listed in
TRUSTED_PROXIES (addresses or networks, by comma); anybody else could write what they like.
"""

import os

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from app import app

application = wrap_wsgi_with_proxy_headers(
    app, trusted_hosts=os.environ.get("TRUSTED_PROXIES", "127.0.0.1")
)
