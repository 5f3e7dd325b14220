"""查询与名称 Finding enterprises, and comparing names."""
