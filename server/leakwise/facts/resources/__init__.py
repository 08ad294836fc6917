"""Resources: where one is taken, on which paths it is released, who else may release it."""
