//! Everything a picture of the graph is made from, shared between its shapes.

use std::sync::Arc;

use super::super::layout::Layout;
use super::super::model::{EdgeId, GraphModel, NodeId};
use super::super::status::{GraphFocus, GraphStatus};
use super::pen::Pen;
use super::{container, edge, node};
use crate::ui::theme::Theme;

/// One picture of the graph. Cheap to clone; a change makes a new one.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What there is.
    pub model: Arc<GraphModel>,
    /// Where it is.
    pub layout: Arc<Layout>,
    /// What happened.
    pub status: Arc<GraphStatus>,
    /// What the user looks at.
    pub focus: GraphFocus,
    /// In which colours.
    pub colors: Theme,
}

impl Scene {
    /// Draws all of it: containers, edges, states; what is out of view is left out.
    pub fn draw(&self, pen: &mut dyn Pen) {
        self.draw_background(pen);
        for (id, _) in self.model.iter_edges() {
            self.draw_edge(pen, id);
        }
        for (id, _) in self.model.iter_nodes() {
            self.draw_node(pen, id);
        }
    }

    /// Draws containers with their lanes, and the Start disc.
    pub fn draw_background(&self, pen: &mut dyn Pen) {
        container::draw_all(self, pen);
        edge::draw_start(self, pen);
    }

    /// Draws one edge with its label.
    pub fn draw_edge(&self, pen: &mut dyn Pen, id: EdgeId) {
        edge::draw(self, pen, id);
    }

    /// Draws one state, with all that stands around it; nothing for containers, which are background.
    pub fn draw_node(&self, pen: &mut dyn Pen, id: NodeId) {
        node::draw(self, pen, id);
    }

    /// Returns whether a state is lit because the pointer is on it or on an edge into it.
    pub fn is_lit(&self, id: NodeId) -> bool {
        let target = self.focus.hovered_edge.and_then(|edge| self.model.edge(edge)).map(|edge| edge.to);
        self.focus.hovered_node == Some(id) || target == Some(id)
    }

    /// Returns whether a state stands back because a filter shows others.
    pub fn is_faded(&self, id: NodeId) -> bool {
        self.focus.filter.is_some_and(|filter| filter != self.status.node(id).state)
    }
}
