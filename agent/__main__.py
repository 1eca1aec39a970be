"""`python -m agent`: one worker, because actors are registered once per sidecar."""

from __future__ import annotations

import uvicorn

from agent.main import create_app
from agent.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.app_host,
        port=settings.app_port,
        log_config=None,
        access_log=False,
    )
