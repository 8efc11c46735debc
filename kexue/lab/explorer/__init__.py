"""What stands behind `kexue.lab.explore`: SymPy to JavaScript, the figure's specification, the widget."""
