"""Tell the routes of a quote that comes in as JSON."""

import json
import sys

sheet = json.load(sys.stdin)
print(f"{sheet['origin']} to {sheet['dest']}, class {sheet['class_id']}")
for route in sheet["routes"]:
    figures = f"{route['days_p50']:5.1f} days {route['price']:7,.0f} {sheet['basis']['money']}"
    print(f"{route['corridor']:8} {figures}  {' '.join(route['countries'])}")
