"""What experiments share: device, seeds, presets, checks, figures, and the hand-over of a page's numbers.

Import from the module that has it (``from kexue.lab.checks import Check``): a page is executed again when a module that
it imports changes, so this package imports none.
"""
