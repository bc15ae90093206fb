"""The JSON APIs and their OpenAPI description at /openapi.json."""

from typing import Any

from flask import Flask
from flask_smorest import Api

from lms.web.auth import open_to_all

api = Api()


def register(app: Flask) -> None:
    app.config.update(
        API_TITLE="Xueshi",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api.init_app(app)
    describe = app.view_functions["api-docs.openapi_json"]

    # A bound method carries no attributes, so the access rule goes on a function around it; and a
    # function rather than a partial, for the rate limiter asks every view for its name.
    @open_to_all
    def openapi_json() -> Any:
        return describe()

    app.view_functions["api-docs.openapi_json"] = openapi_json
