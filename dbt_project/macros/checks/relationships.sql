{# Every value of the column, where there is one, stands in a column of the parent. #}
{% macro check_relationships(table, column, parent, parent_column) -%}
    select
        'relationships' as broken,
        '{{ column }}' as column_name,
        cast(child.{{ column }} as varchar) as example,
        count(*) as n_rows
    from {{ table }} as child
    anti join {{ parent }} as parent on child.{{ column }} = parent.{{ parent_column }}
    where child.{{ column }} is not null
    group by child.{{ column }}
{%- endmacro %}
