"""What gunicorn loads: the application, with the default account brought in line with the environment."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    # One line for the administrator instead of a traceback; 3 is gunicorn's "worker failed to boot".
    sys.stderr.write(f"{error}\n")
    sys.exit(3)

from predictions.engine import prepare
from wechat.environment import apply_environment

apply_environment()
# Tables are loaded now, or the first follower would wait a tenth of a second for them.
prepare()
