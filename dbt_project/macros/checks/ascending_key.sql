{# No two rows share the key `columns`. Where rows are kept as numbers in ascending order, each key is above that of
   the row before it: one look at the table, where two hundred million keys would have to be held in memory. #}
{% macro check_ascending_key(packed, ascending, columns) -%}
    {%- set keys = [] -%}
    {%- set before = [] -%}
    {%- for number in ascending -%}
        {%- do keys.append('number_' ~ loop.index) -%}
        {%- do before.append('before_' ~ loop.index) -%}
    {%- endfor -%}
    {# The row and the one before it: two rows. #}
    select
        'unique_key' as broken,
        '{{ columns | join(', ') }}' as column_name,
        '{{ ascending | join(', ') }} = ' || {{ values_in_words(keys) }}
        || ' after ' || {{ values_in_words(before) }} as example,
        2 as n_rows
    from (
        select
            {% for number in ascending -%}
                {{ number }} as number_{{ loop.index }},
                lag({{ number }}) over () as before_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ packed }}
    )
    where not (
        {% for number in ascending -%}
            {% set place = loop.index -%}
            ({% for equal in range(1, place) %}number_{{ equal }} = before_{{ equal }} and {% endfor -%}
            number_{{ place }} > before_{{ place }}){{ ' or ' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
