"""Tell the routes of a quote that comes in as JSON."""

import json
import sys

sheet = json.load(sys.stdin)
print(f"{sheet['origin']} to {sheet['dest']}, class {sheet['class_id']}")
for route in sheet["routes"]:
    figures = f"{route['days']:5.1f} days {route['usd_feu']:7,.0f} USD/FEU"
    print(f"{route['corridor']:8} {figures}  {' '.join(route['countries'])}")
